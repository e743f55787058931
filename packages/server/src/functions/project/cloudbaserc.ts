/** Reads cloudbaserc.json: the functions and the routes that a project declares. Keys without a meaning here are ignored. */
import type { FunctionRoute, TimerTrigger } from '../../settings.ts'
import { readVariables } from './environment.ts'
import { FUNCTION_NAME } from './function-name.ts'
import { isObject, listOf, member, shown } from './json.ts'
import { readNumber } from './limits.ts'
import { type Report, within } from './report.ts'
import { readRoutes } from './routes.ts'
import { fillIn, type TemplateValues } from './templates.ts'
import { readTriggers } from './triggers.ts'

/** What cloudbaserc.json says about a function. */
export interface DeclaredFunction {
  readonly name: string
  /** Relative to the project. */
  readonly dir: string | undefined
  readonly handler: string | undefined
  readonly timeout: number | undefined
  readonly memorySize: number | undefined
  readonly env: ReadonlyMap<string, string>
  readonly triggers: readonly TimerTrigger[]
  /** `Nodejs18.15`. */
  readonly runtime: string | undefined
  /** `HTTP` or `web` for a web function. */
  readonly type: string | undefined
}

interface Cloudbaserc {
  /** Relative to the project. */
  readonly functionRoot: string | undefined
  readonly functions: ReadonlyMap<string, DeclaredFunction>
  readonly routes: readonly FunctionRoute[]
}

/** Levels of a value in which templates are filled in. What is read has five. */
const MAX_DEPTH = 10

/**
 * @param value of the parsed file
 * @param report told about the file as a whole
 * @param reportOn told about a function
 */
export function readCloudbaserc(
  value: unknown,
  templates: TemplateValues,
  report: Report,
  reportOn: (name: string) => Report,
): Cloudbaserc {
  if (value !== undefined && !isObject(value)) report({ en: 'it must be an object', zh: '内容必须是对象' })
  const declared = member(value, 'functions')
  if (declared !== undefined && !Array.isArray(declared)) {
    report({ en: 'functions must be a list', zh: 'functions 必须是数组' })
  }
  const functions = new Map<string, DeclaredFunction>()
  for (const entry of listOf(declared)) {
    const name = filled(member(entry, 'name'), templates, report)
    if (typeof name !== 'string' || !FUNCTION_NAME.test(name)) {
      report({
        en: `${shown(name)} is not a name of a function: 2 to 60 letters, digits, - and _, a letter first`,
        zh: `${shown(name)} 不是有效的云函数名：2 到 60 个字母、数字、- 或 _，以字母开头`,
      })
    } else if (functions.has(name)) {
      report({
        en: `the function ${name} appears twice; the first one counts`,
        zh: `云函数 ${name} 出现了两次；以第一个为准`,
      })
    } else {
      const told = within(reportOn(name), 'cloudbaserc.json')
      functions.set(name, declaredFunction(name, filled(entry, templates, told), told))
    }
  }
  const routes = filled(member(member(value, 'gateway'), 'routes'), templates, report)
  const root = filled(member(value, 'functionRoot'), templates, report)
  return { functionRoot: text('functionRoot', root, report), functions, routes: readRoutes(routes, report) }
}

function declaredFunction(name: string, entry: unknown, report: Report): DeclaredFunction {
  // Older files have the settings in `config`.
  const config = member(entry, 'config')
  const own = (key: string) => member(entry, key) ?? member(config, key)
  return {
    name,
    dir: text('dir', own('dir'), report),
    handler: text('handler', own('handler'), report),
    timeout: readNumber('timeout', own('timeout'), report),
    memorySize: readNumber('memorySize', own('memorySize'), report),
    env: readVariables(own('envVariables'), report),
    triggers: readTriggers(own('triggers'), report),
    runtime: text('runtime', own('runtime'), report),
    type: text('type', own('type'), report),
  }
}

function text(key: string, value: unknown, report: Report): string | undefined {
  if (typeof value === 'string' || value === undefined || value === null) return value ?? undefined
  report({ en: `${key} must be a text, not ${shown(value)}`, zh: `${key} 必须是文本，而不是 ${shown(value)}` })
  return undefined
}

/** A value with the templates in its strings filled in. What cannot be filled in is left out. */
function filled(value: unknown, templates: TemplateValues, report: Report, depth = 0): unknown {
  if (typeof value === 'string') return fillIn(value, templates, report)
  if (depth >= MAX_DEPTH) return undefined
  if (Array.isArray(value)) return value.map((item) => filled(item, templates, report, depth + 1))
  if (!isObject(value)) return value
  const members = Object.entries(value).map(
    ([key, item]) => [key, filled(item, templates, within(report, key), depth + 1)] as const,
  )
  return Object.fromEntries(members.filter(([, item]) => item !== undefined))
}
