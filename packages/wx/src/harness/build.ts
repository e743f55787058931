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
import { ScriptCompiler } from './scripts.ts'
import { servedTypeOf } from './served-types.ts'
import { compileTemplates, type Templates } from './templates.ts'
import { compileStyle } from './wxss.ts'

const ASSETS = 'program/assets'
const BUILD_ID_LENGTH = 12

/** A built Mini Program: static files by path, without a leading slash, which can be served from any folder. */
export interface Site {
  readonly files: ReadonlyMap<string, SiteFile>
  /** Problems that break only the pages that use the file. */
  readonly faults: readonly Problem[]
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
 * Builds a Mini Program project as a site that runs in a browser. A fault in a page, component or script is in
 * `site.faults`; the page says so when it is opened.
 * @throws BuildError with all problems (file, line, column) if there is no program to run
 * @example
 * const site = await buildMiniProgram({ project: 'examples/orders' })
 * await writeSite(site, 'out')
 */
export async function buildMiniProgram(options: BuildOptions): Promise<Site> {
  return new SiteBuilder(options, false).build()
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
  readonly #scripts = new ScriptCompiler()
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
    const { code, map } = await this.#scripts.compile(project, problems)
    const styles = compileStyles(project, problems)
    const templates = compileTemplates(project, problems)
    problems.throwIfAny()
    const program = describe(project, styles, templates, problems)
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
    add('program/scripts.js.map', map)
    for (const [path, file] of assets) {
      files.set(`${ASSETS}/${path}`, { contentType: servedTypeOf(path), read: () => readFileSync(file) })
    }
    return { files, faults: problems.faults, warnings: problems.warnings, build, sources: sourcesOf(project) }
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
}

function sourcesOf({ directory, root, npm }: Project): WatchedFolders {
  return {
    shallow: [directory, ...npm.used.map((one) => one.root)],
    deep: [root, ...npm.used.map((one) => one.miniprogramFolder ?? one.root)],
  }
}

interface Styles {
  readonly app: string
  readonly parts: ReadonlyMap<string, { readonly scope: string; readonly css: string; readonly files: string[] }>
}

function compileStyles(project: Project, problems: Problems): Styles {
  const common = { root: project.root }
  const parts = new Map<string, { scope: string; css: string; files: string[] }>()
  for (const [index, part] of [...project.parts.values()].entries()) {
    const scope = part.isPage ? '' : scopeName(part, index)
    const holds = part.isPage ? { page: part.path } : { component: scope, isInPages: true }
    const files: string[] = []
    const options = { ...common, scope: holds, report: problems.fault, files }
    parts.set(part.path, { scope, css: part.style === undefined ? '' : compileStyle(part.style, options), files })
  }
  const options = { ...common, scope: { isInPages: true }, report: problems.error, files: [] }
  return { app: project.appStyle === undefined ? '' : compileStyle(project.appStyle, options), parts }
}

/** Short, readable and unique for each component. */
function scopeName(part: Part, index: number): string {
  const [name = 'component', folder = name] = part.path.split('/').reverse()
  return `${(name === 'index' ? folder : name).replace(/\W/g, '_')}-${index}`
}

function describe(
  project: Project,
  styles: Styles,
  templates: Templates,
  problems: Problems,
): Omit<Program, 'templates' | 'build'> {
  const parts: Record<string, ProgramPart> = {}
  for (const { path, json, jsonFile } of project.parts.values()) {
    const { scope = '', css = '', files = [] } = styles.parts.get(path) ?? {}
    const broken = problems.faultsIn([...(templates.files.get(path) ?? []), ...files])
    const faults = [...broken, ...problems.faultsIn([jsonFile])]
    parts[path] = { path, json, styleScope: scope, css, faults, isBroken: broken.length > 0 }
  }
  return {
    name: project.name,
    app: project.app,
    appCss: styles.app,
    faults: problems.faultsIn([project.appJsonFile]),
    parts,
    scriptErrors: [],
    scripts: 'program/scripts.js',
    assets: ASSETS,
  }
}

function programJs(program: Omit<Program, 'templates'>, templates: string): string {
  return `window.__miniProgram = ${JSON.stringify(program)}\nwindow.__miniProgram.templates = ${templates}\n`
}
