import { join, sep } from 'node:path'
import {
  type BuildContext,
  context,
  type Message,
  type OnResolveArgs,
  type OnResolveResult,
  type Plugin,
} from 'esbuild'
import { firstFile } from '../node/files.ts'
import { NpmFailure } from './npm-packages.ts'
import type { Problems } from './problems.ts'
import type { Project } from './project.ts'

const ENTRY = 'program'
const ENTRY_NAMESPACE = 'mini-program'

/** The bundled scripts of a program: the body of a function that returns `run(path)`. */
export interface Scripts {
  readonly code: string
  readonly map: string
}

/** Bundles the scripts of a project, incrementally. */
export class ScriptBundler {
  #project: Project | undefined
  #context: Promise<BuildContext> | undefined

  /** Returns undefined after errors, which it adds to `problems`. */
  async bundle(project: Project, problems: Problems): Promise<Scripts | undefined> {
    this.#project = project
    this.#context ??= this.#start(project.directory)
    const building = await this.#context
    const result = await building.rebuild().catch((failure: { errors?: Message[]; warnings?: Message[] }) => {
      if (failure.errors === undefined) throw failure
      return { errors: failure.errors, warnings: failure.warnings ?? [], outputFiles: undefined }
    })
    for (const message of result.errors) report(message, project, (...told) => problems.error(...told))
    for (const message of result.warnings) report(message, project, (...told) => problems.warn(...told))
    const text = (ending: string) => result.outputFiles?.find(({ path }) => path.endsWith(ending))?.text
    const code = text('.js')
    return code === undefined || result.errors.length > 0 ? undefined : { code, map: text('.map') ?? '' }
  }

  async dispose(): Promise<void> {
    await (await this.#context)?.dispose()
  }

  #start(directory: string): Promise<BuildContext> {
    return context({
      entryPoints: [ENTRY],
      absWorkingDir: directory,
      bundle: true,
      write: false,
      outdir: join(directory, '.harness'),
      format: 'iife',
      globalName: '__scripts',
      footer: { js: 'return __scripts.run' },
      // WeChat's TypeScript plug-in ignores tsconfig.json: it strips types and has no path aliases.
      tsconfigRaw: {},
      target: 'es2022',
      platform: 'neutral',
      mainFields: ['main'],
      resolveExtensions: ['.ts', '.js', '.json'],
      sourcemap: 'external',
      sourcesContent: true,
      charset: 'utf8',
      logLevel: 'silent',
      plugins: [this.#asWeChatResolves()],
    })
  }

  #asWeChatResolves(): Plugin {
    return {
      name: 'as-wechat-resolves',
      setup: (build) => {
        build.onResolve({ filter: /.*/ }, (asked) => this.#resolve(asked))
        build.onLoad({ filter: /.*/, namespace: ENTRY_NAMESPACE }, () => ({ contents: this.#entry(), loader: 'js' }))
      },
    }
  }

  #entry(): string {
    const project = this.#project
    if (project === undefined) throw new Error('bundle() was not called')
    const scripts = [['app', project.appScript], ...[...project.parts.values()].map((part) => [part.path, part.script])]
    const lines = scripts.map(([path, file]) => `  ${JSON.stringify(path)}: () => require(${JSON.stringify(file)}),`)
    return `const scripts = {\n${lines.join('\n')}\n}\nexport function run(path) { scripts[path]() }\n`
  }

  #resolve({ path, kind, namespace, importer }: OnResolveArgs): OnResolveResult | undefined {
    const project = this.#project
    if (project === undefined) return undefined
    if (kind === 'entry-point') return { path: ENTRY, namespace: ENTRY_NAMESPACE }
    if (namespace === ENTRY_NAMESPACE) return { path }
    if (path.startsWith('.')) return undefined
    if (path.startsWith('/')) {
      const file = firstFile(join(project.root, path), ['', '.ts', '.js', '.json', '/index.ts', '/index.js'])
      return file === undefined ? { errors: [{ text: `there is no module ${path}` }] } : { path: file }
    }
    const isProgram = importer.startsWith(project.root + sep) && !importer.includes(`${sep}node_modules${sep}`)
    try {
      const npm = project.npm
      return { path: isProgram ? npm.moduleOfProject(path) : npm.moduleOfPackage(path, importer) }
    } catch (error) {
      if (error instanceof NpmFailure)
        return { errors: [{ text: `module '${path}' is not defined: it ${error.message}` }] }
      throw error
    }
  }
}

function report(
  { text, location }: Message,
  project: Project,
  tell: (file: string, message: string, place?: { line: number; column: number }) => void,
): void {
  if (location === null) tell(project.directory, text)
  else tell(join(project.directory, location.file), text, { line: location.line, column: location.column + 1 })
}
