import { readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { Script } from 'node:vm'
import { type Loader, type Message, type TransformFailure, transform } from 'esbuild'
import { firstFile } from '../node/files.ts'
import { NPM_FOLDER, NpmFailure } from './npm-packages.ts'
import { formatProblem, type Problems, placeOf } from './problems.ts'
import type { Project } from './project.ts'

/** What `require('./a')` tries after the path itself. */
const ENDINGS = ['', '.ts', '.js', '.json', '/index.ts', '/index.js', '/index.json']

/** A `require` of esbuild's output; comments are gone there. */
const REQUIRES = /(?<![.\w$])require(?:\.async)?\(\s*(["'`])((?:(?!\1)[^\\\n])+)\1/g

/** esbuild replaces the exports of a module that has `export`; in WeChat, `exports.a = 1` in the same file has its place. */
const REPLACES_EXPORTS = /^module\.exports = __toCommonJS\((\w+)\);$/m

/** The scripts of a program: the body of a function that returns `ProgramModules`. */
export interface Scripts {
  readonly code: string
  readonly map: string
}

/** A module as the function body of a CommonJS module. */
interface Compiled {
  readonly code: string
  readonly map: string
  readonly requests: readonly string[]
  readonly errors: readonly Message[]
}

/** Compiles the scripts of a project to CommonJS, as WeChat does, and finds the modules that they require. */
export class ScriptCompiler {
  readonly #compiled = new Map<string, { readonly stamp: string; readonly result: Promise<Compiled> }>()

  /** A module that cannot be compiled, or requires what does not exist, throws when it runs. */
  async compile(project: Project, problems: Problems): Promise<Scripts> {
    const entries = new Map([['app', project.appScript]])
    for (const part of project.parts.values()) entries.set(part.path, part.script)
    const writer = new ScriptsWriter(project, problems)
    let wave = [...new Set(entries.values())]
    const seen = new Set(wave)
    while (wave.length > 0) {
      const next: string[] = []
      const compiled = await Promise.all(wave.map(async (file) => [file, await this.#module(file, project)] as const))
      for (const [file, one] of compiled) {
        for (const required of writer.add(file, one)) {
          if (seen.has(required)) continue
          seen.add(required)
          next.push(required)
        }
      }
      wave = next
    }
    return writer.end(entries)
  }

  #module(file: string, project: Project): Promise<Compiled> {
    const { mtimeMs, size } = statSync(file)
    const stamp = `${mtimeMs} ${size}`
    const known = this.#compiled.get(file)
    if (known?.stamp === stamp) return known.result
    const result = compileModule(file, nameOf(file, project))
    this.#compiled.set(file, { stamp, result })
    return result
  }
}

async function compileModule(file: string, name: string): Promise<Compiled> {
  const source = readFileSync(file, 'utf8')
  try {
    const { code, map } = await transform(source, {
      loader: (/\.(ts|json)$/.exec(file)?.[1] ?? 'js') as Loader,
      format: 'cjs',
      // WeChat's TypeScript plug-in ignores tsconfig.json: it strips types and has no path aliases.
      tsconfigRaw: {},
      target: 'es2022',
      platform: 'neutral',
      sourcefile: name,
      sourcemap: 'external',
      charset: 'utf8',
      logLevel: 'silent',
    })
    const requests = [...new Set([...code.matchAll(REQUIRES)].map(([, , request = '']) => request))]
    const body = code.replace(REPLACES_EXPORTS, 'expose(exports, $1);')
    return { code: body, map, requests, errors: syntaxError(body) }
  } catch (error) {
    return { code: '', map: '', requests: [], errors: (error as TransformFailure).errors }
  }
}

/** What esbuild accepts and the engine does not, such as an invalid regular expression: it would break all modules. */
export function syntaxError(body: string): Message[] {
  try {
    new Script(`(function (require, module, exports, expose) {\n${body}\n})`)
    return []
  } catch (error) {
    return [{ id: '', pluginName: '', text: String(error), location: null, notes: [], detail: undefined }]
  }
}

/** Writes the modules one below the other, with a source map. */
class ScriptsWriter {
  readonly #project: Project
  readonly #problems: Problems
  readonly #lines = ['return { modules: {']
  readonly #sections: { offset: { line: number; column: 0 }; map: unknown }[] = []
  #line = 1

  constructor(project: Project, problems: Problems) {
    this.#project = project
    this.#problems = problems
  }

  /** Returns the files that the module requires. */
  add(file: string, { code, map, requests, errors }: Compiled): string[] {
    const name = nameOf(file, this.#project)
    const required: string[] = []
    const names: Record<string, string | { error: string }> = {}
    let throws = ''
    for (const { text, location } of errors) {
      const place = location === null ? undefined : { line: location.line, column: location.column + 1 }
      this.#problems.fault(file, text, place)
      throws ||= `throw new SyntaxError(${JSON.stringify(formatProblem({ file: name, ...place, message: text }))})`
    }
    for (const request of errors.length > 0 ? [] : requests) {
      const found = this.#resolve(request, file)
      if (typeof found === 'string') {
        names[request] = nameOf(found, this.#project)
        required.push(found)
      } else {
        names[request] = found
        this.#reportMissing(file, request, found.error)
      }
    }
    this.#put(`${JSON.stringify(name)}: [function (require, module, exports, expose) {`)
    if (throws === '') this.#sections.push({ offset: { line: this.#line, column: 0 }, map: JSON.parse(map) })
    this.#put(throws || code)
    this.#put(`}, ${JSON.stringify(names)}],`)
    return required
  }

  end(entries: ReadonlyMap<string, string>): Scripts {
    const named = [...entries].map(([path, file]) => [path, nameOf(file, this.#project)])
    this.#put(`}, entries: ${JSON.stringify(Object.fromEntries(named))} }`)
    return { code: this.#lines.join('\n'), map: JSON.stringify({ version: 3, sections: this.#sections }) }
  }

  #put(text: string): void {
    this.#lines.push(text)
    this.#line += text.split('\n').length
  }

  #resolve(request: string, importer: string): string | { error: string } {
    const { root, npm } = this.#project
    if (/^[./]/.test(request)) {
      const path = request.startsWith('/') ? join(root, request) : join(dirname(importer), request)
      return firstFile(path, ENDINGS) ?? { error: `module '${request}' is not defined: there is no such file` }
    }
    try {
      return isOfProgram(importer, root)
        ? npm.moduleOfProject(request, dirname(importer))
        : npm.moduleOfPackage(request, importer)
    } catch (error) {
      if (error instanceof NpmFailure) return { error: `module '${request}' is not defined: it ${error.message}` }
      throw error
    }
  }

  /** Packages often require what only other platforms have, and do not reach that line here. */
  #reportMissing(file: string, request: string, message: string): void {
    const isOwn = isOfProgram(file, this.#project.root) && !file.includes(`${sep}${NPM_FOLDER}${sep}`)
    const text = readFileSync(file, 'utf8')
    const literal = `['"\`]${request.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}['"\`]`
    const at = new RegExp(`(?:\\b(?:from|import)\\s*|\\(\\s*)(?=${literal})`).exec(text)
    const place = at === null ? undefined : placeOf(text, at.index + at[0].length)
    if (isOwn) this.#problems.fault(file, message, place)
    else this.#problems.warn(file, message, place)
  }
}

function isOfProgram(file: string, root: string): boolean {
  return file.startsWith(root + sep) && !file.includes(`${sep}node_modules${sep}`)
}

/** The name of a module in stack traces and messages. */
function nameOf(file: string, project: Project): string {
  return relative(project.directory, file).replaceAll('\\', '/')
}
