/** What is wrong with a value according to a JSON schema, in both languages. */
import type { Text } from '@cloudstead/rules'
import type { ErrorObject } from 'ajv'

const TYPES: Readonly<Record<string, string>> = {
  string: '字符串',
  integer: '整数',
  number: '数字',
  boolean: ' true 或 false',
  array: '列表',
  object: '对象',
  null: ' null',
}

/**
 * A text about one error of the validator, whose own texts are English only.
 *
 * @param at what is wrong, such as `limit in the query`
 */
export function schemaErrorText(at: Text, error: ErrorObject): Text {
  return { en: `${at.en} ${error.message ?? 'is not valid'}`, zh: `${at.zh} ${problemZh(error)}` }
}

function problemZh({ keyword, params }: ErrorObject): string {
  const limit = String(params.limit)
  switch (keyword) {
    case 'type':
      return `必须是${typesZh(params.type)}`
    case 'minimum':
    case 'maximum':
      return `必须 ${String(params.comparison)} ${limit}`
    case 'minLength':
      return `至少需要 ${limit} 个字符`
    case 'maxLength':
      return `最多 ${limit} 个字符`
    case 'minItems':
    case 'minProperties':
      return `至少需要 ${limit} 项`
    case 'maxItems':
    case 'maxProperties':
      return `最多 ${limit} 项`
    case 'pattern':
      return `必须符合 "${String(params.pattern)}"`
    case 'required':
      return `缺少 ${String(params.missingProperty)}`
    default:
      return '的形式不正确'
  }
}

function typesZh(type: unknown): string {
  const names = Array.isArray(type) ? type.map(String) : String(type).split(',')
  return names.map((name) => TYPES[name] ?? ` ${name}`).join('或')
}
