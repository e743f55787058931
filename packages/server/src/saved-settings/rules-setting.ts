/** Rules as a setting. */
import { CloudsteadError } from '@cloudstead/protocol'
import type { PresetAcl, Text } from '@cloudstead/rules'
import type { SettingSource } from '../config/describe.ts'
import { collectionKey, isSettingKey } from '../config/keys.ts'
import type { CheckedRules } from '../rule-tools/findings.ts'

type Findings = CheckedRules['findings']

/** What rules are for: files, functions, or the documents of a collection. */
export type RulesSubject = 'storage' | 'functions' | { readonly collection: string }

/** The rules of a collection, of functions or, without either, those of storage. */
export interface RulesSetting {
  readonly collection?: string
  readonly functions?: true
  /** As written. */
  readonly text: string
  readonly preset?: PresetAcl
  readonly source: SettingSource
  readonly locked: boolean
  /** The configuration file that sets them. */
  readonly file?: string
  /** The saved text that does not apply, because the file sets the rules. */
  readonly kept?: string
  readonly resourceOpenid: 'path' | 'creator'
  /** To hand back when saving. */
  readonly version: string
  readonly findings: Findings
}

/** @throws CloudsteadError INVALID_PARAM for a name that no collection can have */
export function rulesKey(subject: RulesSubject): string {
  if (subject === 'storage') return 'storage.acl'
  if (subject === 'functions') return FUNCTION_RULES_KEY
  const key = `database.collections.${subject.collection}.acl`
  if (isSettingKey(key)) return key
  throw new CloudsteadError('INVALID_PARAM', {
    en: 'a collection name consists of letters, digits, - and _',
    zh: '集合名称由字母、数字、- 和 _ 组成',
  })
}

/** What the rules of a setting are for. */
export function rulesSubject(key: string): RulesSubject {
  if (key === FUNCTION_RULES_KEY) return 'functions'
  const collection = collectionKey(key)?.collection
  return collection === undefined ? 'storage' : { collection }
}

const FUNCTION_RULES_KEY = 'functions.rules'

/** Why a text cannot be used as rules, and where: line and column count from 1. */
export function invalidReasons(text: string, findings: Findings): Text {
  const reasons = findings
    .filter(({ code }) => code === 'invalid')
    .map(({ key, from, message }) => {
      const lines = text.slice(0, from).split('\n')
      const column = (lines.at(-1) ?? '').length + 1
      const place = from === undefined ? '' : `line ${lines.length}, column ${column}: `
      const placeZh = from === undefined ? '' : `第 ${lines.length} 行第 ${column} 列：`
      return {
        en: `${place}${key === undefined ? '' : `${key}: `}${message.en}`,
        zh: `${placeZh}${key === undefined ? '' : `${key}：`}${message.zh}`,
      }
    })
  return { en: reasons.map(({ en }) => en).join('; '), zh: reasons.map(({ zh }) => zh).join('；') }
}
