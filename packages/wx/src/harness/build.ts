import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { HarnessJson, Program, ProgramPart } from '../shared/built-program.ts'
import { findAssets } from './assets.ts'
import { type BrowserBundle, bundleBrowser } from './browser-bundle.ts'
import type { WatchedFolders } from './folder-watch.ts'
import { indexHtml } from './index-html.ts'
import { type Problem, Problems } from './problems.ts'
import { type Part, type Project, readProject } from './project.ts'
import { ScriptBundler } from './scripts.ts'
import { servedTypeOf } from './served-types.ts'
import { compileTemplates } from './templates.ts'
import { compileStyle } from './wxss.ts'

const ASSETS = 'program/assets'
const BUILD_ID_LENGTH = 12

/** A built Mini Program: static files by path, without a leading slash, which can be served from any folder. */
export interface Site {
  readonly files: ReadonlyMap<string, SiteFile>
  /** Problems that WeChat only warns of. */
  readonly warnings: readonly Problem[]
  /** A hash of the content. */
  readonly build: string
  /** The folders of the source files, for watching. */
  readonly sources: WatchedFolders
}

export interface SiteFile {
  readonly contentType: string
  read(): string | Buffer
}

export interface BuildOptions {
  /** The folder of project.config.json. */
  readonly project: string
  /** URL of the backend, which the program reads with `wx.getExtConfigSync()`: `http://127.0.0.1:8787`. */
  readonly endpoint?: string | undefined
  readonly env?: string | undefined
  /** The simulated WeChat user, unless the address has another one; default `alice`. */
  readonly user?: string | undefined
}

/**
 * Builds a Mini Program project as a site that runs in a browser.
 * @throws BuildError with all problems: file, line, column.
 * @example
 * const site = await buildMiniProgram({ project: 'examples/orders' })
 * await writeSite(site, 'out')
 */
export async function buildMiniProgram(options: BuildOptions): Promise<Site> {
  const builder = new SiteBuilder(options, false)
  try {
    return await builder.build()
  } finally {
    await builder.dispose()
  }
}

/** Writes a site to a folder, which any static web server can serve. */
export async function writeSite(site: Site, directory: string): Promise<void> {
  for (const [path, file] of site.files) {
    const target = join(directory, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, file.read())
  }
}

/** Builds the same project repeatedly, reusing what has not changed. */
export class SiteBuilder {
  readonly directory: string
  readonly #options: BuildOptions
  readonly #isLive: boolean
  readonly #scripts = new ScriptBundler()
  #browser: Promise<BrowserBundle> | undefined

  /** With `isLive`, pages listen for new builds. */
  constructor(options: BuildOptions, isLive: boolean) {
    this.#options = options
    this.#isLive = isLive
    this.directory = resolve(options.project)
  }

  /** @throws BuildError */
  async build(): Promise<Site> {
    const problems = new Problems(this.directory)
    this.#browser ??= bundleBrowser()
    const browser = await this.#browser
    const project = readProject(this.directory, problems)
    problems.throwIfAny()
    const scripts = await this.#scripts.bundle(project, problems)
    const styles = compileStyles(project, problems)
    const templates = compileTemplates(project, problems)
    problems.throwIfAny()
    const program = describe(project, styles)
    const code = scripts?.code ?? ''
    const files = new Map<string, SiteFile>()
    const add = (path: string, text: string) => files.set(path, { contentType: servedTypeOf(path), read: () => text })
    const assets = findAssets(project.root, project.npm.used)
    const build = createHash('sha256')
      .update(JSON.stringify(program))
      .update(templates.code)
      .update(code)
      .update(browser.js)
      .update(JSON.stringify([...assets].map(([path, file]) => [path, statSync(file).mtimeMs])))
      .digest('hex')
      .slice(0, BUILD_ID_LENGTH)
    add('index.html', indexHtml(project.name))
    add('harness.json', this.#harnessJson())
    add('harness/harness.js', browser.js)
    add('harness/harness.js.map', browser.map)
    add('harness/harness.css', browser.css)
    add('program/program.js', programJs({ ...program, build }, templates.code))
    add('program/scripts.js', code)
    add('program/scripts.js.map', scripts?.map ?? '')
    for (const [path, file] of assets) {
      files.set(`${ASSETS}/${path}`, { contentType: servedTypeOf(path), read: () => readFileSync(file) })
    }
    return { files, warnings: problems.warnings, build, sources: sourcesOf(project) }
  }

  #harnessJson(): string {
    const { endpoint, env, user = 'alice' } = this.#options
    const json: HarnessJson = {
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(env === undefined ? {} : { env }),
      user,
      live: this.#isLive,
    }
    return JSON.stringify(json)
  }

  /** The browser part of the harness alone, for a page that shows why there is no program yet. */
  async shellOnly(name: string): Promise<ReadonlyMap<string, SiteFile>> {
    this.#browser ??= bundleBrowser()
    const { js, css } = await this.#browser
    const file = (path: string, text: string): [string, SiteFile] => [
      path,
      { contentType: servedTypeOf(path), read: () => text },
    ]
    return new Map([
      file('index.html', indexHtml(name)),
      file('harness.json', this.#harnessJson()),
      file('harness/harness.js', js),
      file('harness/harness.css', css),
    ])
  }

  async dispose(): Promise<void> {
    await this.#scripts.dispose()
  }
}

function sourcesOf({ directory, root, npm }: Project): WatchedFolders {
  return {
    shallow: [directory, ...npm.used.map((one) => one.root)],
    deep: [root, ...npm.used.map((one) => one.miniprogramFolder ?? one.root)],
  }
}

interface Styles {
  readonly app: string
  readonly parts: ReadonlyMap<string, { readonly scope: string; readonly css: string }>
}

function compileStyles(project: Project, problems: Problems): Styles {
  const common = { root: project.root, problems, files: [] }
  const parts = new Map<string, { scope: string; css: string }>()
  for (const [index, part] of [...project.parts.values()].entries()) {
    const scope = part.isPage ? '' : scopeName(part, index)
    const holds = part.isPage ? { page: part.path } : { component: scope }
    parts.set(part.path, {
      scope,
      css: part.style === undefined ? '' : compileStyle(part.style, { ...common, scope: holds }),
    })
  }
  return { app: project.appStyle === undefined ? '' : compileStyle(project.appStyle, { ...common, scope: {} }), parts }
}

/** Short, readable and unique for each component. */
function scopeName(part: Part, index: number): string {
  const [name = 'component', folder = name] = part.path.split('/').reverse()
  return `${(name === 'index' ? folder : name).replace(/\W/g, '_')}-${index}`
}

function describe(project: Project, styles: Styles): Omit<Program, 'templates' | 'build'> {
  const parts: Record<string, ProgramPart> = {}
  for (const { path, json } of project.parts.values()) {
    const { scope = '', css = '' } = styles.parts.get(path) ?? {}
    parts[path] = { path, json, styleScope: scope, css }
  }
  return {
    name: project.name,
    app: project.app,
    appCss: styles.app,
    parts,
    scripts: 'program/scripts.js',
    assets: ASSETS,
  }
}

function programJs(program: Omit<Program, 'templates'>, templates: string): string {
  return `window.__miniProgram = ${JSON.stringify(program)}\nwindow.__miniProgram.templates = ${templates}\n`
}
