/** Fills in the templates of cloudbaserc.json: `{{env.NAME}}`, `{{tcb.envId}}`, `{{util.uid}}`. */
import type { Text } from '@cloudstead/rules'

/** What templates stand for. */
export interface TemplateValues {
  /** The variables of the `.env` files. */
  readonly env: ReadonlyMap<string, string>
  /** The id of the environment. */
  readonly envId: string
  /** A random id, which stays the same as long as the server runs. */
  readonly uid: string
}

const TEMPLATE = /\{\{\s*([A-Za-z]+)\.([\w.-]+)\s*\}\}/g

/** Characters. The longest value that a process can get in a variable is a little longer. */
const MAX_LENGTH = 100_000

/**
 * Fills in the templates of a text. Templates in the values are left as they are.
 *
 * @param report told why the text cannot be used; the result is undefined then
 */
export function fillIn(text: string, values: TemplateValues, report: (problem: Text) => void): string | undefined {
  let filled = ''
  let from = 0
  for (const { 0: whole, 1: group = '', 2: name = '', index } of text.matchAll(TEMPLATE)) {
    const value = templateValue(group, name, values)
    if (value === undefined) {
      report(
        group === 'env'
          ? { en: `${whole}: no .env file sets ${name}`, zh: `${whole}：.env 文件中没有 ${name}` }
          : {
              en: `${whole} is not known; there are {{env.NAME}}, {{tcb.envId}} and {{util.uid}}`,
              zh: `无法识别 ${whole}；可用的有 {{env.NAME}}、{{tcb.envId}} 和 {{util.uid}}`,
            },
      )
      return undefined
    }
    filled += text.slice(from, index) + value
    from = index + whole.length
    if (filled.length > MAX_LENGTH) break
  }
  const result = filled + text.slice(from)
  if (result.length <= MAX_LENGTH) return result
  report({
    en: `the value is longer than ${MAX_LENGTH} characters`,
    zh: `值超过了 ${MAX_LENGTH} 个字符`,
  })
  return undefined
}

function templateValue(group: string, name: string, { env, envId, uid }: TemplateValues): string | undefined {
  if (group === 'env') return env.get(name)
  if (group === 'tcb' && name === 'envId') return envId
  return group === 'util' && name === 'uid' ? uid : undefined
}
