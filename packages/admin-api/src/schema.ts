/**
 * JSON Schemas that carry the TypeScript type of the values they accept, so that schema and type cannot differ. A schema
 * is plain data: the server validates with it, the OpenAPI document shows it, and a client imports only its type.
 */

/** A JSON Schema for values of type T. `_type` exists for the compiler only. */
export interface Schema<T> {
  readonly json: Readonly<Record<string, unknown>>
  readonly optional?: boolean
  readonly _type?: T
}

/** The type of the values that a schema accepts. */
export type Static<S> = S extends Schema<infer T> ? T : never

/** The schema of a member that may be absent. */
export interface OptionalSchema<T> extends Schema<T> {
  readonly optional: true
}

/** Members of an object, by name. */
export type Members = Readonly<Record<string, Schema<unknown>>>

type RequiredNames<M> = { [K in keyof M]: M[K] extends OptionalSchema<unknown> ? never : K }[keyof M]
type OptionalNames<M> = Exclude<keyof M, RequiredNames<M>>
type Flat<T> = { [K in keyof T]: T[K] }
/** The type of the object with these members. */
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

/** One of several strings. */
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

/** Any JSON value. The type T is not checked. */
export function any<T = unknown>(described: Described = {}): Schema<T> {
  return { json: { ...described } }
}

/** An object with any members. The type T is not checked. */
export function anyObject<T = Readonly<Record<string, unknown>>>(described: Described = {}): Schema<T> {
  return { json: { type: 'object', ...described } }
}
