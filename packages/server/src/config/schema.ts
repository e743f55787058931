/** Checks a configuration against the published schema, and words what is wrong. */
import { readFileSync } from 'node:fs'
import { nearest } from '@cloudstead/rules'
import { Ajv, type ErrorObject } from 'ajv'
import { ConfigError } from './config-error.ts'
import type { RawConfig } from './raw-config.ts'

const schema = JSON.parse(readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8')) as object
const validate = new Ajv({ allErrors: true, strict: true, verbose: true }).compile<RawConfig>(schema)

/**
 * Checks the shape of a configuration. What only a compiler can say, about rules and sizes, is left to `settingsOf`.
 *
 * @throws ConfigError naming each key that is wrong, and for an unknown key the nearest valid one
 */
export function checkShape(value: unknown): RawConfig {
  if (!validate(value)) throw new ConfigError(describe(validate.errors ?? []))
  return value
}

function describe(errors: readonly ErrorObject[]): string {
  // A key that fits no alternative of a oneOf reports every alternative; the oneOf itself says enough.
  const unions = errors.filter((error) => error.keyword === 'oneOf').map((error) => error.instancePath)
  const shown = errors.filter(
    (error) =>
      error.keyword === 'additionalProperties' || error.keyword === 'oneOf' || !unions.includes(error.instancePath),
  )
  return [...new Set(shown.map(describeOne))].join('; ')
}

function describeOne(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  const at = path === '' ? 'the configuration' : path
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params.additionalProperty)
      const valid = Object.keys((error.parentSchema as { properties?: object }).properties ?? {})
      const close = nearest(unknown, valid)
      const hint = close === undefined ? `valid keys: ${valid.join(', ')}` : `did you mean ${close}?`
      return `unknown key ${path === '' ? '' : `${path}.`}${unknown} (${hint})`
    }
    case 'enum':
      return `${at} must be one of ${(error.params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
    case 'oneOf':
      return `${at} is not valid: ${expectation(at)}`
    case 'propertyNames':
      return `${at}: ${JSON.stringify(error.params.propertyName)} is not a valid name (1 to 120 letters, digits, - and _)`
    default:
      return `${at} ${error.message ?? 'is not valid'}`
  }
}

function expectation(path: string): string {
  if (path === 'storage.acl') {
    return 'expected READONLY, PRIVATE, ADMINWRITE, ADMINONLY or { "read": ..., "write": ..., "maxAge": seconds }'
  }
  if (/^database\.collections\.[^.]+\.acl$/.test(path)) {
    return 'expected READONLY, PRIVATE, ADMINWRITE, ADMINONLY or { "read": ..., "write": ..., "create": ..., "update": ..., "delete": ... }'
  }
  if (path === 'storage.maxFileSize') return 'expected a number of bytes or a text such as "100MB"'
  if (/\.(read|write|create|update|delete)$/.test(path))
    return 'expected true, false or an expression of at most 1,024 characters'
  return 'expected a field name or { "fields": { "name": 1 }, "unique": false }'
}
