/** Validates a configuration against the published schema. */
import { readFileSync } from 'node:fs'
import { nearest } from '@cloudstead/rules'
import { Ajv, type ErrorObject } from 'ajv'
import { ConfigError } from './config-error.ts'
import type { RawConfig } from './raw-config.ts'

const schema = JSON.parse(readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8')) as object
const validate = new Ajv({ allErrors: true, strict: true, verbose: true }).compile<RawConfig>(schema)

/**
 * Validates the structure of a configuration. Rules and sizes are checked by `settingsOf`.
 *
 * @throws ConfigError naming each invalid key, and for an unknown key the closest valid one
 */
export function checkShape(value: unknown): RawConfig {
  if (!validate(value)) throw new ConfigError(describe(validate.errors ?? []))
  return value
}

function describe(errors: readonly ErrorObject[]): string {
  // A value that matches no alternative of a oneOf has an error for each; the error of the oneOf itself is enough.
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
  if (path === 'storage.maxFileSize') return 'expected a number of bytes or a string such as "100MB"'
  if (/\.(read|write|create|update|delete)$/.test(path))
    return 'expected true, false or an expression of at most 1,024 characters'
  return 'expected a field name or { "fields": { "name": 1 }, "unique": false }'
}
