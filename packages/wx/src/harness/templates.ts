import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { type TransformFailure, transformSync } from 'esbuild'
import { TmplGroup } from 'glass-easel-template-compiler'
import { isFile } from '../node/files.ts'
import { NpmFailure } from './npm-packages.ts'
import type { Problems } from './problems.ts'
import type { Project } from './project.ts'
import { syntaxError } from './scripts.ts'

/** A diagnostic of the template compiler, whose own types are `any`. Lines and columns count from 0. */
interface TemplateDiagnostic {
  readonly isError: boolean
  readonly message: string
  readonly startLine: number
  readonly startColumn: number
}

/** Diagnostics that are warnings in glass-easel and errors in WeChat's compiler. */
const STOPS_WECHAT: ReadonlySet<string> = new Set(['missing end tag', 'invalid end tag'])

/** WeChat's globals in wxs scripts. */
const WXS_GLOBALS = `
var getDate = function (a, b, c, d, e, f, g) {
  return arguments.length === 0 ? new Date() : arguments.length === 1 ? new Date(a)
    : new Date(a, b, c === undefined ? 1 : c, d || 0, e || 0, f || 0, g || 0)
}
var getRegExp = function (pattern, flags) { return new RegExp(pattern, flags) }
var runModule = function (run) {
  try { run() } catch (error) { window.__miniProgram.scriptErrors.push(error) }
}
`

/** Scripts are loaded together with all templates; one that throws is reported, and must not stop the others. */
const guarded = (script: string) => `runModule(function () {\n${script}\n})`

const REQUIRES = /\brequire\(\s*['"]([^'"]+)['"]\s*\)/g

export interface Templates {
  /** A JavaScript expression: an object of templates by path. */
  readonly code: string
  /** The WXML and wxs files of each part, by its path. */
  readonly files: ReadonlyMap<string, ReadonlySet<string>>
}

/** Compiles all WXML and wxs of a project. A file with a fault is left empty. */
export function compileTemplates(project: Project, problems: Problems): Templates {
  const group = new TmplGroup()
  try {
    group.setExtraRuntimeScript(WXS_GLOBALS)
    const compiler = new TemplateFiles(group, project, problems)
    const files = new Map<string, ReadonlySet<string>>()
    for (const part of project.parts.values()) files.set(part.path, compiler.addTemplate(part.path, part.template))
    return { code: group.getTmplGenObjectGroups(), files }
  } finally {
    group.free()
  }
}

/** Adds templates to the compiler, and the templates and scripts that they import, each once. */
class TemplateFiles {
  readonly #group: TmplGroup
  readonly #project: Project
  readonly #problems: Problems
  /** The files that each file imports directly. */
  readonly #imports = new Map<string, Set<string>>()

  constructor(group: TmplGroup, project: Project, problems: Problems) {
    this.#group = group
    this.#project = project
    this.#problems = problems
  }

  /** `path` is the path of the template in the program, without extension. Returns its files. */
  addTemplate(path: string, file: string): ReadonlySet<string> {
    this.#addTemplate(path, file)
    const files = new Set([file])
    for (const one of files) for (const imported of this.#imports.get(one) ?? []) files.add(imported)
    return files
  }

  #addTemplate(path: string, file: string): void {
    if (this.#imports.has(file)) return
    const imports = new Set<string>()
    this.#imports.set(file, imports)
    const found: readonly TemplateDiagnostic[] = this.#group.addTmpl(path, readFileSync(file, 'utf8'))
    let isBroken = false
    for (const { isError, message, startLine, startColumn } of found) {
      const place = { line: startLine + 1, column: startColumn + 1 }
      if (isError || STOPS_WECHAT.has(message)) {
        isBroken = true
        this.#problems.fault(file, message, place)
      } else this.#problems.warn(file, message, place)
    }
    if (isBroken) {
      this.#group.addTmpl(path, '')
      return
    }
    for (const dependency of this.#group.getDirectDependencies(path)) {
      const target = this.#locate(String(dependency), '.wxml', file)
      if (target === undefined) continue
      imports.add(target)
      this.#addTemplate(String(dependency), target)
    }
    for (const dependency of this.#group.getScriptDependencies(path)) {
      this.#addScript(String(dependency), file, imports)
    }
    for (const name of this.#group.getInlineScriptModuleNames(path).map(String)) {
      const script = this.#group.getInlineScript(path, name)
      this.#group.setInlineScript(path, name, this.#script(script, path, file, imports))
    }
  }

  /** Adds a script that `from` imports to the compiler, and to `imports`. */
  #addScript(path: string, from: string, imports: Set<string>): void {
    const file = this.#locate(path, '.wxs', from)
    if (file === undefined) {
      // A template that loads a script the compiler does not know would stop all templates.
      this.#group.addScript(path, '')
      return
    }
    imports.add(file)
    if (this.#imports.has(file)) return
    const own = new Set<string>()
    this.#imports.set(file, own)
    this.#group.addScript(path, this.#script(readFileSync(file, 'utf8'), path, file, own))
  }

  /** A script as the compiler takes it: what it requires has absolute paths without extension. Empty if it has a fault. */
  #script(text: string, path: string, file: string, imports: Set<string>): string {
    if (!this.#parses(text, file)) return ''
    const script = text.replace(REQUIRES, (_whole, request: string) => {
      const target = join('/', request.startsWith('/') ? '' : dirname(path), request).replace(/\.wxs$/, '')
      this.#addScript(target.slice(1), file, imports)
      return `require(${JSON.stringify(target)})`
    })
    return guarded(script)
  }

  /** The compiler copies wxs unchanged; a syntax error in it would break all templates. */
  #parses(script: string, file: string): boolean {
    try {
      transformSync(script, { loader: 'js', logLevel: 'silent' })
      const errors = syntaxError(script)
      for (const { text } of errors) this.#problems.fault(file, text)
      return errors.length === 0
    } catch (error) {
      for (const { text, location } of (error as TransformFailure).errors) {
        const place = location === null ? undefined : { line: location.line, column: location.column + 1 }
        this.#problems.fault(file, text, place)
      }
      return false
    }
  }

  #locate(path: string, extension: string, from: string): string | undefined {
    try {
      const file = `${this.#project.locate(path)}${extension}`
      if (isFile(file)) return file
    } catch (error) {
      // A path in a missing package.
      if (!(error instanceof NpmFailure)) throw error
    }
    this.#problems.fault(from, `there is no file /${path}${extension}`)
    return undefined
  }
}
