import { RuleError } from './rule-error.ts'
import { text } from './text.ts'
import { unknownName } from './unknown-name.ts'

/** The platform's four preset permissions. They do not apply to administrators, who bypass all rules. */
export type PresetAcl = 'READONLY' | 'PRIVATE' | 'ADMINWRITE' | 'ADMINONLY'

export const PRESET_ACLS: readonly PresetAcl[] = Object.freeze(['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'])

export function isPresetAcl(value: unknown): value is PresetAcl {
  return PRESET_ACLS.some((acl) => acl === value)
}

/**
 * The custom rules of an acl that is not a preset, by key.
 *
 * @param keys the valid keys
 * @throws {RuleError} when the acl is not an object or has another key
 */
export function customRulesOf(acl: unknown, keys: readonly string[]): ReadonlyMap<string, unknown> {
  if (typeof acl === 'string') throw new RuleError(unknownName(text('preset', '预设权限'), acl, PRESET_ACLS))
  if (typeof acl !== 'object' || acl === null || Array.isArray(acl)) {
    const presets = PRESET_ACLS.join(', ')
    const object = `{ ${keys.join(', ')} }`
    throw new RuleError(
      text(`the acl must be one of ${presets} or an object ${object}`, `acl 必须是 ${presets} 之一，或对象 ${object}`),
    )
  }
  const rules = new Map<string, unknown>(Object.entries(acl))
  for (const key of rules.keys()) {
    if (!keys.includes(key)) throw new RuleError(unknownName(text('key', '键'), key, keys))
  }
  return rules
}
