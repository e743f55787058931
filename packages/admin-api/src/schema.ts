/**
 * JSON Schemas with the TypeScript type of what they admit, built together so that the two cannot differ. A schema is
 * plain data: the server validates with it, OpenAPI shows it, and a client imports only its type.
 */

/** A JSON Schema for values of type T. `T` exists for the compiler only. */
export interface Schema<T> {
  readonly json: Readonly<Record<string, unknown>>
  readonly optional?: boolean
  readonly _type?: T
}

/** The values that a schema admits. */
export type Static<S> = S extends Schema<infer T> ? T : never

/** A member that may be missing. */
export interface OptionalSchema<T> extends Schema<T> {
  readonly optional: true
}

/** Members of an object, by name. */
export type Members = Readonly<Record<string, Schema<unknown>>>

type RequiredNames<M> = { [K in keyof M]: M[K] extends OptionalSchema<unknown> ? never : K }[keyof M]
type OptionalNames<M> = Exclude<keyof M, RequiredNames<M>>
type Flat<T> = { [K in keyof T]: T[K] }
/** The object that members describe. */
export type ObjectOf<M> = Flat<
  { readonly [K in RequiredNames<M>]: Static<M[K]> } & { readonly [K in OptionalNames<M>]?: Static<M[K]> }
>

interface Described {
  readonly description?: string
}
interface StringLimits extends Described {
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
}
interface NumberLimits extends Described {
  readonly minimum?: number
  readonly maximum?: number
}

export function string(limits: StringLimits = {}): Schema<string> {
  return { json: { type: 'string', ...limits } }
}

export function integer(limits: NumberLimits = {}): Schema<number> {
  return { json: { type: 'integer', ...limits } }
}

export function number(limits: NumberLimits = {}): Schema<number> {
  return { json: { type: 'number', ...limits } }
}

export function boolean(described: Described = {}): Schema<boolean> {
  return { json: { type: 'boolean', ...described } }
}

/** One of some texts. */
export function choice<const T extends string>(values: readonly T[], described: Described = {}): Schema<T> {
  return { json: { type: 'string', enum: values, ...described } }
}

export function array<T>(
  items: Schema<T>,
  limits: Described & { readonly minItems?: number; readonly maxItems?: number } = {},
): Schema<readonly T[]> {
  return { json: { type: 'array', items: items.json, ...limits } }
}

/** An object with these members and no others. */
export function object<const M extends Members>(members: M, described: Described = {}): Schema<ObjectOf<M>> {
  const names = Object.keys(members)
  const required = names.filter((name) => members[name]?.optional !== true)
  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, members[name]?.json])),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
      ...described,
    },
  }
}

export function optional<T>(schema: Schema<T>): OptionalSchema<T> {
  return { json: schema.json, optional: true }
}

export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return { json: { anyOf: [schema.json, { type: 'null' }] } }
}

export function either<const S extends readonly Schema<unknown>[]>(
  schemas: S,
  described: Described = {},
): Schema<Static<S[number]>> {
  return { json: { anyOf: schemas.map(({ json }) => json), ...described } }
}

/** Any JSON value; its type is the caller's word. */
export function any<T = unknown>(described: Described = {}): Schema<T> {
  return { json: { ...described } }
}

/** An object whose members the contract leaves open; its type is the caller's word. */
export function anyObject<T = Readonly<Record<string, unknown>>>(described: Described = {}): Schema<T> {
  return { json: { type: 'object', ...described } }
}
