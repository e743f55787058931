/** The environment variables of a function. */
import { isObject, shown } from './json.ts'
import type { Report } from './report.ts'

/** Variables of the server, of the identity of a caller, and those that change how Node starts. `WX_APPID` is for functions. */
const BUILT_IN =
  /^(?:(?:TENCENTCLOUD|TCB|SCF|LD|DYLD)_.*|WX_(?:OPENID|UNIONID|CONTEXT_KEYS|CLIENTIP|CLIENTIPV6|API_TOKEN|TRIGGER_API_TOKEN.*|FROM_.*)|LOGINTYPE|TRIGGER_SRC|PATH|HOME|TMPDIR|TMP|TEMP|NODE_(?:OPTIONS|PATH|CHANNEL_.*|UNIQUE_ID|V8_COVERAGE|COMPILE_CACHE|REPL_EXTERNAL_MODULE))$/

const NAME = /^[A-Za-z_]\w*$/

/** Reads `envVariables`. Numbers and booleans become text. */
export function readVariables(declared: unknown, report: Report): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  if (declared === undefined || declared === null) return variables
  if (!isObject(declared)) {
    report({ en: 'envVariables must be an object', zh: 'envVariables 必须是对象' })
    return variables
  }
  for (const [name, value] of Object.entries(declared)) {
    if (typeof value === 'string') variables.set(name, value)
    else if (typeof value === 'number' || typeof value === 'boolean') variables.set(name, String(value))
    else report({ en: `the variable ${shown(name)} must be a text`, zh: `变量 ${shown(name)} 的值必须是文本` })
  }
  return variables
}

/** The variables of all sources, of which later ones win. Those that a function cannot have are left out. */
export function usableVariables(
  sources: readonly Iterable<readonly [string, string]>[],
  report: Report,
): Readonly<Record<string, string>> {
  const merged = new Map(sources.flatMap((source) => [...source]))
  const usable = [...merged].filter(([name, value]) => {
    if (!NAME.test(name)) {
      report({
        en: `the variable ${shown(name)} has no valid name: letters, digits and _, not a digit first`,
        zh: `变量名 ${shown(name)} 无效：只能由字母、数字和 _ 组成，且不能以数字开头`,
      })
      return false
    }
    if (BUILT_IN.test(name)) {
      report({
        en: `the variable ${name} is set by the server and cannot be changed`,
        zh: `变量 ${name} 由服务器设置，不能修改`,
      })
      return false
    }
    if (!value.includes('\0')) return true
    report({ en: `the variable ${name} has a NUL character`, zh: `变量 ${name} 中有 NUL 字符` })
    return false
  })
  // Unlike an assignment, this makes an own member of any name.
  return Object.fromEntries(usable.sort(([a], [b]) => (a < b ? -1 : 1)))
}
