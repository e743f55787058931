/** Validates a configuration against the published schema. */
import { nearest, type Text } from '@cloudstead/rules'
import type { ErrorObject } from 'ajv'
import { schemaErrorText } from '../texts/schema-errors.ts'
import { ConfigError } from './config-error.ts'
import { expectation, validName } from './expectations.ts'
import type { RawConfig } from './raw-config.ts'
import { validate } from './schema-validator.ts'

/**
 * Validates the structure of a configuration. Rules and sizes are checked by `settingsOf`.
 *
 * @throws ConfigError naming each invalid key, and for an unknown key the closest valid one
 */
export function checkShape(value: unknown): RawConfig {
  if (!validate(value)) throw new ConfigError(describe(validate.errors ?? []))
  return value
}

function describe(errors: readonly ErrorObject[]): Text {
  // A value that matches no alternative of a oneOf has an error for each; the error of the oneOf itself is enough.
  const unions = errors.filter((error) => error.keyword === 'oneOf').map((error) => error.instancePath)
  const shown = errors.filter(
    (error) =>
      // The error of propertyNames itself names the name.
      error.propertyName === undefined &&
      (error.keyword === 'additionalProperties' || error.keyword === 'oneOf' || !unions.includes(error.instancePath)),
  )
  const texts = new Map(shown.map(describeOne).map((text) => [text.en, text.zh]))
  return { en: [...texts.keys()].join('; '), zh: [...texts.values()].join('；') }
}

function describeOne(error: ErrorObject): Text {
  // A JSON pointer: the path of a route is one name with escaped slashes.
  const names = error.instancePath.slice(1).split('/')
  const path = names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~')).join('.')
  const at = path === '' ? { en: 'the configuration', zh: '配置' } : { en: path, zh: path }
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(error.params.additionalProperty)
      const valid = Object.keys((error.parentSchema as { properties?: object }).properties ?? {})
      const close = nearest(unknown, valid)
      const name = `${path === '' ? '' : `${path}.`}${unknown}`
      return close === undefined
        ? {
            en: `unknown key ${name} (valid keys: ${valid.join(', ')})`,
            zh: `未知的键 ${name}（可用：${valid.join('、')}）`,
          }
        : { en: `unknown key ${name} (did you mean ${close}?)`, zh: `未知的键 ${name}（是否想写 ${close}？）` }
    }
    case 'enum': {
      const allowed = (error.params.allowedValues as unknown[]).map((value) => JSON.stringify(value))
      return {
        en: `${at.en} must be one of ${allowed.join(', ')}`,
        zh: `${at.zh} 必须是以下之一：${allowed.join('、')}`,
      }
    }
    case 'pattern':
    case 'oneOf': {
      const expected = expectation(path)
      if (expected === undefined) return schemaErrorText(at, error)
      return { en: `${at.en} is not valid: expected ${expected.en}`, zh: `${at.zh} 无效：应为 ${expected.zh}` }
    }
    case 'propertyNames': {
      const name = JSON.stringify(error.params.propertyName)
      const valid = validName(path)
      return {
        en: `${at.en}: ${name} is not a valid name (${valid.en})`,
        zh: `${at.zh}：${name} 不是有效的名称（${valid.zh}）`,
      }
    }
    default:
      return schemaErrorText(at, error)
  }
}
