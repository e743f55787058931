import { type Members, membersSchema, type Operation, type Schema } from '@cloudstead/admin-api'
import { CloudsteadError } from '@cloudstead/protocol'
import { nearest } from '@cloudstead/rules'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'

/** What arrived: texts of path and query, and the parsed body. Nothing of it can be trusted to have a type. */
export interface Arrived {
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** Returns what arrived with the numbers and booleans of path and query as such. Throws `INVALID_PARAM`. */
export type Check = (arrived: Arrived) => Arrived

/**
 * Makes the checks of operations. Schemas are compiled when an operation is first used: a server that nobody looks at
 * through the Console never pays for it.
 */
export function createChecks(): (operation: Operation) => Check {
  // Without allErrors: a body that is wrong a million times is refused for the first.
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
    return (arrived) => {
      const typed = { params: typedTexts(arrived.params, params), query: typedTexts(arrived.query, query) }
      checkParams(typed.params)
      checkQuery(typed.query)
      checkBody(arrived.body)
      return { ...typed, body: arrived.body }
    }
  }
}

function refuseBody(body: unknown): void {
  if (body !== undefined && body !== null) throw new CloudsteadError('INVALID_PARAM', 'this operation takes no body')
}

/** Texts as what their schemas want; whatever is no such text stays and is refused by its schema. */
function typedTexts(texts: Readonly<Record<string, unknown>>, members: Members): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const type = Object.hasOwn(members, name) ? members[name]?.json.type : undefined
      return [name, typedText(text, type)]
    }),
  )
}

function typedText(text: unknown, type: unknown): unknown {
  if (typeof text !== 'string') return text
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  if ((type === 'integer' || type === 'number') && /^-?\d{1,16}(?:\.\d{1,16})?$/.test(text)) return Number(text)
  return text
}

/** In one sentence, with the name of the member that is wrong. */
function describe(place: string, errors: readonly ErrorObject[]): string {
  // Where none of several alternatives fits, the last error is the one about the whole.
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
      // A member of a query that came twice arrives as a list.
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

const MAX_SHOWN = 60

function shown(name: string): string {
  return JSON.stringify(name.length <= MAX_SHOWN ? name : `${name.slice(0, MAX_SHOWN)}…`)
}
