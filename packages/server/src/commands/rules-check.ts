/** `cloudstead rules check FILE`: reports problems in rules, in the format of a compiler. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import {
  checkDatabaseRules,
  checkFunctionRules,
  checkStorageRules,
  type Language,
  parseRulesText,
  placeOf,
  RuleError,
  type RuleFinding,
  type RulesText,
  type Text,
} from '@cloudstead/rules'
import { ConfigError, parseConfig } from '../config/index.ts'

/** What rules protect: files, the documents of a collection, or functions. */
type RulesKind = 'storage' | 'database' | 'functions'

export interface RulesCheckOptions {
  /** What the rules protect, for a file that contains only rules; guessed from the rules when undefined. */
  readonly kind?: RulesKind | undefined
  readonly resourceOpenid: 'path' | 'creator'
  readonly language: Language
  /** Print JSON instead of lines for people. */
  readonly json: boolean
}

/** A finding with its position in the file. Line and column count from 1. */
interface PlacedFinding extends RuleFinding {
  readonly line: number
  readonly column: number
  /** The source line with a caret below it. */
  readonly frame: string
  /** The collection that the rules belong to, in a configuration file. */
  readonly collection?: string
}

/**
 * Checks a file of rules, or the rules in a configuration file.
 *
 * @returns what to print, and the exit code: 1 when there is an error, else 0
 * @throws when the file cannot be read
 */
export function checkRulesFile(file: string, options: RulesCheckOptions): { output: string; exitCode: 0 | 1 } {
  const findings = findingsIn(readFileSync(file, 'utf8'), basename(file), options)
  const exitCode = findings.some(({ severity }) => severity === 'error') ? 1 : 0
  return { output: options.json ? asJson(file, findings) : asLines(file, findings, options.language), exitCode }
}

const CONFIG_NAME = 'cloudstead.config.json'
const CONFIG_KEYS = ['storage', 'database', 'auth', 'functions']

function findingsIn(source: string, name: string, options: RulesCheckOptions): readonly PlacedFinding[] {
  let text: RulesText
  try {
    text = parseRulesText(source)
  } catch (error) {
    if (error instanceof RuleError) return [placed(error, { severity: 'error', code: 'invalid', message: error.text })]
    throw error
  }
  const isConfig = name === CONFIG_NAME || looksLikeConfig(text.value)
  const findings = isConfig ? configFindings(source, text) : bareFindings(text, options)
  return [...findings].sort((a, b) => a.line - b.line || a.column - b.column)
}

/** A function may have one of the names, but rules of functions have a rule for all others as well. */
function looksLikeConfig(value: unknown): boolean {
  return member(value, ALL_FUNCTIONS) === undefined && CONFIG_KEYS.some((key) => member(value, key) !== undefined)
}

/** Checks a file that contains only rules. */
function bareFindings(text: RulesText, { kind, resourceOpenid }: RulesCheckOptions): readonly PlacedFinding[] {
  const findings = check(text.value, kind ?? kindOf(text.value), resourceOpenid)
  return findings.map((finding) => placedIn(text, [], finding))
}

function check(acl: unknown, kind: RulesKind, resourceOpenid: 'path' | 'creator'): readonly RuleFinding[] {
  switch (kind) {
    case 'storage':
      return checkStorageRules(acl, { resourceOpenid })
    case 'database':
      return checkDatabaseRules(acl, {})
    case 'functions':
      return checkFunctionRules(acl)
  }
}

const ALL_FUNCTIONS = '*'

const DATABASE_KEYS = ['create', 'update', 'delete']
const STORAGE_NAME = /\bresource\b/
const DATABASE_NAME = /(?<![\w.$])(?:(?:doc|request)\b|get\s*\()/
/** String literals, which contain no names of variables. */
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g

/**
 * Recognizes rules of functions by the one for all of them, and rules of documents by their keys or by the variables in their
 * expressions. Everything else is rules of files.
 */
function kindOf(acl: unknown): RulesKind {
  if (typeof acl !== 'object' || acl === null) return 'storage'
  if (Object.hasOwn(acl, ALL_FUNCTIONS)) return 'functions'
  if (DATABASE_KEYS.some((key) => Object.hasOwn(acl, key))) return 'database'
  const rules = Object.values(acl).filter((rule) => typeof rule === 'string')
  const names = rules.map((rule) => rule.replaceAll(QUOTED, ' ')).join('\n')
  return DATABASE_NAME.test(names) && !STORAGE_NAME.test(names) ? 'database' : 'storage'
}

function configFindings(source: string, text: RulesText): readonly PlacedFinding[] {
  const anonymous = member(member(text.value, 'auth'), 'anonymous') !== false
  const found = [
    ...storageFindings(text, anonymous),
    ...collectionsFindings(text, anonymous),
    ...functionsFindings(text, anonymous),
  ]
  if (found.some(({ code }) => code === 'invalid')) return found
  // Also reports other errors in the configuration that would keep the server from starting.
  try {
    parseConfig(source, { mode: 'start' })
    return found
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const message = { en: error.message, zh: error.message }
    return [...found, placed(text.errorAt(message, []), { severity: 'error', code: 'invalid', message })]
  }
}

function storageFindings(text: RulesText, anonymous: boolean): readonly PlacedFinding[] {
  const storage = member(text.value, 'storage')
  const acl = member(storage, 'acl')
  if (acl === undefined) return []
  const resourceOpenid = member(storage, 'resourceOpenid') === 'creator' ? 'creator' : 'path'
  const findings = checkStorageRules(acl, { resourceOpenid, anonymous })
  return findings.map((finding) => placedIn(text, ['storage', 'acl'], finding))
}

function collectionsFindings(text: RulesText, anonymous: boolean): readonly PlacedFinding[] {
  const collections = member(member(text.value, 'database'), 'collections')
  if (typeof collections !== 'object' || collections === null) return []
  return Object.keys(collections).flatMap((collection) => {
    const acl = member(member(collections, collection), 'acl')
    if (acl === undefined) return []
    const path = ['database', 'collections', collection, 'acl']
    return checkDatabaseRules(acl, { anonymous, collection }).map((finding) => ({
      ...placedIn(text, path, finding),
      collection,
    }))
  })
}

function functionsFindings(text: RulesText, anonymous: boolean): readonly PlacedFinding[] {
  const rules = member(member(text.value, 'functions'), 'rules')
  if (rules === undefined) return []
  const path = ['functions', 'rules']
  return checkFunctionRules(rules, { anonymous }).map((finding) => placedIn(text, path, finding))
}

/** @param path the position of the acl in the file */
function placedIn(text: RulesText, path: readonly string[], finding: RuleFinding): PlacedFinding {
  const at = [...path, ...placeOf(finding)]
  return placed(text.errorAt(finding.message, at, finding.span?.start), finding)
}

function placed({ line = 1, column = 1, frame = '' }: RuleError, finding: RuleFinding): PlacedFinding {
  return { ...finding, line, column, frame }
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}

const SEVERITIES: Readonly<Record<RuleFinding['severity'], Text>> = {
  error: { en: 'error', zh: '错误' },
  warning: { en: 'warning', zh: '警告' },
  note: { en: 'note', zh: '提示' },
}

function asLines(file: string, findings: readonly PlacedFinding[], language: Language): string {
  const blocks = findings.map(({ severity, code, line, column, message, frame }) => {
    const head = `${file}:${line}:${column}: ${SEVERITIES[severity][language]}: ${message[language]} [${code}]`
    return `${head}\n${frame.replaceAll(/^/gm, '    ')}\n\n`
  })
  const counts = (['error', 'warning', 'note'] as const).map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    const name = SEVERITIES[severity][language]
    return language === 'zh' ? `${name} ${count}` : `${count} ${name}${count === 1 ? '' : 's'}`
  })
  return `${blocks.join('')}${file}: ${counts.join(', ')}\n`
}

function asJson(file: string, findings: readonly PlacedFinding[]): string {
  const listed = findings.map(({ severity, code, collection, key, line, column, message }) => ({
    severity,
    code,
    ...(collection === undefined ? {} : { collection }),
    ...(key === undefined ? {} : { key }),
    line,
    column,
    message,
  }))
  return `${JSON.stringify({ file, findings: listed }, null, 2)}\n`
}
