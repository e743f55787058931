/**
 * The validator of the configuration. The build puts the code that the library makes of the schema in the place of this file
 * (build.ts): to load the library and compile the schema takes a tenth of the whole start.
 */
import { readFileSync } from 'node:fs'
import { Ajv, type CodeOptions, type ValidateFunction } from 'ajv'
import type { RawConfig } from './raw-config.ts'

/** Compiles the published schema. */
export function compileSchema(code: CodeOptions = {}): {
  readonly ajv: Ajv
  readonly validate: ValidateFunction<RawConfig>
} {
  const schema = JSON.parse(readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8')) as object
  const ajv = new Ajv({ allErrors: true, strict: true, verbose: true, code })
  return { ajv, validate: ajv.compile<RawConfig>(schema) }
}

export const { validate } = compileSchema()
