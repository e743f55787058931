import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TransformFailure, transformSync } from 'esbuild'
import { TmplGroup } from 'glass-easel-template-compiler'
import { isFile } from '../node/files.ts'
import type { Problems } from './problems.ts'
import type { Project } from './project.ts'

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
`

/** Compiles all WXML and wxs of a project to a JavaScript expression: an object of templates by path. */
export function compileTemplates(project: Project, problems: Problems): { code: string } {
  const group = new TmplGroup()
  try {
    group.setExtraRuntimeScript(WXS_GLOBALS)
    const compiler = new TemplateFiles(group, project, problems)
    for (const part of project.parts.values()) compiler.addTemplate(part.path, part.template)
    problems.throwIfAny()
    return { code: group.getTmplGenObjectGroups() }
  } finally {
    group.free()
  }
}

/** Adds templates to the compiler, and the templates and scripts that they import, each once. */
class TemplateFiles {
  readonly #group: TmplGroup
  readonly #project: Project
  readonly #problems: Problems
  readonly #added = new Set<string>()

  constructor(group: TmplGroup, project: Project, problems: Problems) {
    this.#group = group
    this.#project = project
    this.#problems = problems
  }

  /** `path` is the path of the template in the program, without extension. */
  addTemplate(path: string, file: string): void {
    if (this.#added.has(file)) return
    this.#added.add(file)
    const found: readonly TemplateDiagnostic[] = this.#group.addTmpl(path, readFileSync(file, 'utf8'))
    for (const { isError, message, startLine, startColumn } of found) {
      const place = { line: startLine + 1, column: startColumn + 1 }
      if (isError || STOPS_WECHAT.has(message)) this.#problems.error(file, message, place)
      else this.#problems.warn(file, message, place)
    }
    for (const dependency of this.#group.getDirectDependencies(path)) this.#addImport(String(dependency), file)
    for (const dependency of this.#group.getScriptDependencies(path)) this.#addScript(String(dependency), file)
  }

  #addImport(path: string, from: string): void {
    const file = this.#locate(path, '.wxml', from)
    if (file !== undefined) this.addTemplate(path, file)
  }

  #addScript(path: string, from: string): void {
    const file = this.#locate(path, '.wxs', from)
    if (file === undefined || this.#added.has(file)) return
    this.#added.add(file)
    const text = readFileSync(file, 'utf8')
    if (!this.#parses(text, file)) return
    this.#group.addScript(path, text)
    const folder = path.split('/').slice(0, -1).join('/')
    for (const [, request = ''] of text.matchAll(/\brequire\(\s*['"]([^'"]+)['"]\s*\)/g)) {
      const target = join('/', request.startsWith('/') ? '' : folder, request).slice(1)
      this.#addScript(target.replace(/\.wxs$/, ''), file)
    }
  }

  /** The compiler copies wxs unchanged; a syntax error in it would break all templates. */
  #parses(script: string, file: string): boolean {
    try {
      transformSync(script, { loader: 'js', logLevel: 'silent' })
      return true
    } catch (error) {
      for (const { text, location } of (error as TransformFailure).errors) {
        const place = location === null ? undefined : { line: location.line, column: location.column + 1 }
        this.#problems.error(file, text, place)
      }
      return false
    }
  }

  #locate(path: string, extension: string, from: string): string | undefined {
    const file = `${this.#project.locate(path)}${extension}`
    if (isFile(file)) return file
    this.#problems.error(from, `there is no file /${path}${extension}`)
    return undefined
  }
}
