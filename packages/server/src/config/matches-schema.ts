/**
 * Whether a value matches a JSON Schema: the part of draft 7 that the schema of the configuration uses. It says yes or no at
 * once; the validator that can explain a no takes a tenth of the whole start to load and to compile the schema.
 */

export interface JsonSchema {
  readonly [keyword: string]: unknown
}

type Check = (expected: never, value: unknown, schema: JsonSchema, root: JsonSchema) => boolean

/** @throws Error for a keyword that is not known here */
export function matchesSchema(value: unknown, schema: JsonSchema, root: JsonSchema = schema): boolean {
  for (const keyword in schema) {
    const check = CHECKS[keyword]
    if (check === undefined) throw new Error(`the keyword ${keyword} of the schema is not known`)
    if (!check(schema[keyword] as never, value, schema, root)) return false
  }
  return true
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const always = () => true

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
}

/** Without the prototype of objects, so that no other name is a keyword. A keyword holds for values of other types. */
const CHECKS: Readonly<Record<string, Check>> = Object.assign(Object.create(null), {
  $schema: always,
  $id: always,
  title: always,
  description: always,
  definitions: always,
  $ref: (name, value, _schema, root) => {
    const definition = (root.definitions as Record<string, JsonSchema>)[name.replace('#/definitions/', '')]
    if (definition === undefined) throw new Error(`the schema has no ${name}`)
    return matchesSchema(value, definition, root)
  },
  type: (name, value) => TYPES[name]?.(value) === true,
  enum: (allowed, value) => allowed.includes(value),
  oneOf: (schemas, value, _schema, root) => schemas.filter((one) => matchesSchema(value, one, root)).length === 1,
  minimum: (least, value) => typeof value !== 'number' || value >= least,
  maximum: (most, value) => typeof value !== 'number' || value <= most,
  // In characters, not in UTF-16 units.
  minLength: (least, value) => typeof value !== 'string' || [...value].length >= least,
  maxLength: (most, value) => typeof value !== 'string' || [...value].length <= most,
  pattern: (pattern, value) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  maxItems: (most, value) => !Array.isArray(value) || value.length <= most,
  items: (items, value, _schema, root) =>
    !Array.isArray(value) || value.every((item) => matchesSchema(item, items, root)),
  minProperties: (least, value) => !isObject(value) || Object.keys(value).length >= least,
  maxProperties: (most, value) => !isObject(value) || Object.keys(value).length <= most,
  required: (names, value) => !isObject(value) || names.every((name) => value[name] !== undefined),
  propertyNames: (names, value, _schema, root) =>
    !isObject(value) || Object.keys(value).every((name) => matchesSchema(name, names, root)),
  properties: (properties, value, _schema, root) =>
    !isObject(value) ||
    Object.entries(properties).every(
      ([name, one]) => value[name] === undefined || matchesSchema(value[name], one, root),
    ),
  additionalProperties: (others, value, { properties = {} }, root) =>
    !isObject(value) ||
    Object.keys(value).every(
      (name) =>
        Object.hasOwn(properties as object, name) || (others !== false && matchesSchema(value[name], others, root)),
    ),
} satisfies Checks)

/** What each keyword expects. */
type Checks = {
  readonly [keyword in keyof Expected]: (
    expected: Expected[keyword],
    value: unknown,
    schema: JsonSchema,
    root: JsonSchema,
  ) => boolean
}

interface Expected {
  $schema: string
  $id: string
  title: string
  description: string
  definitions: Readonly<Record<string, JsonSchema>>
  $ref: string
  type: string
  enum: readonly unknown[]
  oneOf: readonly JsonSchema[]
  minimum: number
  maximum: number
  minLength: number
  maxLength: number
  pattern: string
  maxItems: number
  items: JsonSchema
  minProperties: number
  maxProperties: number
  required: readonly string[]
  propertyNames: JsonSchema
  properties: Readonly<Record<string, JsonSchema>>
  additionalProperties: JsonSchema | false
}
