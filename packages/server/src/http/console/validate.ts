import { type Members, membersSchema, type Operation, type Schema } from '@cloudstead/admin-api'
import { CloudsteadError, type Text } from '@cloudstead/protocol'
import { nearest } from '@cloudstead/rules'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { schemaErrorText } from '../../texts/schema-errors.ts'

const PLACES = {
  path: { en: 'the path', zh: '路径' },
  query: { en: 'the query', zh: '查询参数' },
  body: { en: 'the body', zh: '请求体' },
} as const satisfies Record<string, Text>

/** The input of an operation: the strings of the path and the query, and the parsed body. Not yet validated. */
interface RawInput {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** Validates an input and parses the numbers and booleans in its path and query. @throws CloudsteadError INVALID_PARAM */
export type Check = (input: RawInput) => RawInput

/**
 * Creates the checks of operations. The schemas of an operation are compiled when it is first used, so that unused
 * operations cost nothing.
 */
export function createChecks(): (operation: Operation) => Check {
  // Without allErrors, a body with a million errors is refused at the first one.
  const ajv = new Ajv({ allErrors: false, strict: true, allowUnionTypes: true, verbose: true })
  const checked = (place: Text, schema: Schema<unknown>) => {
    let compiled: ValidateFunction | undefined
    return (value: unknown) => {
      compiled ??= ajv.compile(schema.json)
      if (!compiled(value)) throw new CloudsteadError('INVALID_PARAM', describe(place, compiled.errors ?? []))
    }
  }
  return ({ params, query, body }) => {
    const checkParams = checked(PLACES.path, membersSchema(params))
    const checkQuery = checked(PLACES.query, membersSchema(query))
    const checkBody = body === undefined ? refuseBody : checked(PLACES.body, body)
    return (input) => {
      const parsed = { params: parseStrings(input.params, params), query: parseStrings(input.query, query) }
      checkParams(parsed.params)
      checkQuery(parsed.query)
      checkBody(input.body)
      return { ...parsed, body: input.body }
    }
  }
}

function refuseBody(body: unknown): void {
  if (body !== undefined && body !== null)
    throw new CloudsteadError('INVALID_PARAM', { en: 'this operation takes no body', zh: '该操作没有请求体' })
}

/** Parses strings into the types of their schemas. A string that does not parse is kept, and its schema refuses it. */
function parseStrings(strings: Readonly<Record<string, unknown>>, members: Members): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(strings).map(([name, text]) => {
      const type = Object.hasOwn(members, name) ? members[name]?.json.type : undefined
      return [name, parseString(text, type)]
    }),
  )
}

function parseString(text: unknown, type: unknown): unknown {
  if (typeof text !== 'string') return text
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if ((type === 'integer' || type === 'number') && /^-?\d{1,16}(?:\.\d{1,16})?$/.test(text)) return Number(text)
  return text
}

/** A text of one sentence that names the invalid member. */
function describe(place: Text, errors: readonly ErrorObject[]): Text {
  // When no alternative of a schema fits, the last error is the one about the whole schema.
  const error = errors.at(-1)
  if (error === undefined) return { en: `${place.en} is not valid`, zh: `${place.zh}无效` }
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  const at = path === '' ? place : { en: `${path} in ${place.en}`, zh: `${place.zh}中的 ${path}` }
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params.additionalProperty)
      const valid = Object.keys((error.parentSchema as { properties?: object }).properties ?? {})
      const hint = hintOf(unknown, valid)
      return {
        en: `${at.en} has no member ${shown(unknown)} (${hint.en})`,
        zh: `${at.zh} 没有成员 ${shown(unknown)}（${hint.zh}）`,
      }
    }
    case 'required': {
      const missing = String(error.params.missingProperty)
      return { en: `${at.en} lacks ${missing}`, zh: `${at.zh} 缺少 ${missing}` }
    }
    case 'enum': {
      const allowed = (error.params.allowedValues as unknown[]).map(String)
      return {
        en: `${at.en} must be one of ${allowed.join(', ')}`,
        zh: `${at.zh} 必须是以下之一：${allowed.join('、')}`,
      }
    }
    case 'type':
      // A duplicate query member is parsed as a list.
      if (Array.isArray(error.data) && error.params.type !== 'array' && place !== PLACES.body) {
        return { en: `${at.en} was given more than once`, zh: `${at.zh} 出现了多次` }
      }
      return { en: `${at.en} must be ${String(error.params.type)}`, zh: schemaErrorText(at, error).zh }
    default:
      return schemaErrorText(at, error)
  }
}

function hintOf(unknown: string, valid: readonly string[]): Text {
  const close = nearest(unknown, valid)
  if (close !== undefined) return { en: `did you mean ${close}?`, zh: `是否想写 ${close}？` }
  if (valid.length === 0) return { en: 'it has none', zh: '没有任何成员' }
  return { en: `valid: ${valid.join(', ')}`, zh: `可用：${valid.join('、')}` }
}

/** Characters of a member name that a message quotes. */
const MAX_SHOWN = 60

function shown(name: string): string {
  return JSON.stringify(name.length <= MAX_SHOWN ? name : `${name.slice(0, MAX_SHOWN)}…`)
}
