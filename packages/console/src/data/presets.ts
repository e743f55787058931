/** The four permission presets of the platform, and custom rules. */
import { texts } from '../i18n/texts.ts'
import type { RulesKind } from './rules-target.ts'

export const PRESETS = ['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'] as const
type Preset = (typeof PRESETS)[number]
export type Mode = Preset | 'CUSTOM'

const t = texts<Readonly<Record<Mode, string>>>({
  en: {
    READONLY: 'Public read',
    PRIVATE: 'Private',
    ADMINWRITE: 'Public, admins write',
    ADMINONLY: 'Administrators only',
    CUSTOM: 'Custom rules',
  },
  zh: {
    READONLY: '公开读',
    PRIVATE: '私有',
    ADMINWRITE: '公开，仅管理员可写',
    ADMINONLY: '仅管理员',
    CUSTOM: '自定义规则',
  },
})

/** The short name of a permission mode. Everything but the name of a preset is custom rules. */
export function modeName(acl: unknown): string {
  return t[PRESETS.find((preset) => preset === acl) ?? 'CUSTOM']
}

/** The rules in force where nothing is set. */
export function defaultRules(kind: RulesKind): string {
  if (kind === 'functions') return JSON.stringify({ '*': { invoke: 'auth != null' } }, null, 2)
  return presetText(kind === 'storage' ? 'READONLY' : 'PRIVATE')
}

/** The text of rules that are a preset. */
export function presetText(preset: Preset): string {
  return JSON.stringify(preset)
}

/** The preset that a text of rules stands for; undefined for custom rules and for invalid texts. */
export function presetOf(text: string): Preset | undefined {
  const bare = text.trim().replace(/^(["'])(.*)\1$/s, '$2')
  return PRESETS.find((preset) => preset === bare)
}
