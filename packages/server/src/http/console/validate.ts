import { type Members, membersSchema, type Operation, type Schema } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import { nearest } from '@cloudstead/rules'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'

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
  const checked = (place: string, schema: Schema<unknown>) => {
    let compiled: ValidateFunction | undefined
    return (value: unknown) => {
      compiled ??= ajv.compile(schema.json)
      if (!compiled(value)) throw new CloudsteadError('INVALID_PARAM', describe(place, compiled.errors ?? []))
    }
  }
  return ({ params, query, body }) => {
    const checkParams = checked('the path', membersSchema(params))
    const checkQuery = checked('the query', membersSchema(query))
    const checkBody = body === undefined ? refuseBody : checked('the body', body)
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
  if (body !== undefined && body !== null) throw new CloudsteadError('INVALID_PARAM', 'this operation takes no body')
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

/** A message of one sentence that names the invalid member. */
function describe(place: string, errors: readonly ErrorObject[]): string {
  // When no alternative of a schema fits, the last error is the one about the whole schema.
  const error = errors.at(-1)
  if (error === undefined) return `${place} is not valid`
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  const at = path === '' ? place : `${path} in ${place}`
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params.additionalProperty)
      const valid = Object.keys((error.parentSchema as { properties?: object }).properties ?? {})
      return `${at} has no member ${shown(unknown)} (${hint(unknown, valid)})`
    }
    case 'required':
      return `${at} lacks ${String(error.params.missingProperty)}`
    case 'enum':
      return `${at} must be one of ${(error.params.allowedValues as unknown[]).map(String).join(', ')}`
    case 'type':
      // A duplicate query member is parsed as a list.
      if (Array.isArray(error.data) && error.params.type !== 'array' && place !== 'the body') {
        return `${at} was given more than once`
      }
      return `${at} must be ${String(error.params.type)}`
    default:
      return `${at} ${error.message ?? 'is not valid'}`
  }
}

function hint(unknown: string, valid: readonly string[]): string {
  const close = nearest(unknown, valid)
  if (close !== undefined) return `did you mean ${close}?`
  return valid.length === 0 ? 'it has none' : `valid: ${valid.join(', ')}`
}

/** Characters of a member name that a message quotes. */
const MAX_SHOWN = 60

function shown(name: string): string {
  return JSON.stringify(name.length <= MAX_SHOWN ? name : `${name.slice(0, MAX_SHOWN)}…`)
}
