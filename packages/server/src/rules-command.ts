/** `cloudstead rules check FILE`: what there is to say about storage rules, as a compiler would say it. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import {
  checkStorageRules,
  type Language,
  parseRulesText,
  RuleError,
  type RuleFinding,
  type RulesText,
  type Text,
} from '@cloudstead/rules'
import { ConfigError, parseConfig } from './config.ts'

export interface RulesCheckOptions {
  readonly resourceOpenid: 'path' | 'creator'
  readonly language: Language
  /** JSON for programs instead of lines for people. */
  readonly json: boolean
}

/** A finding with its place in the file; line and column count from 1. */
interface PlacedFinding extends RuleFinding {
  readonly line: number
  readonly column: number
  readonly frame: string
}

/**
 * Checks a file of rules, or a configuration file with rules in it.
 *
 * @returns what to print, and the exit code: 1 when something is an error, else 0
 * @throws when the file cannot be read
 */
export function checkRulesFile(file: string, options: RulesCheckOptions): { output: string; exitCode: 0 | 1 } {
  const findings = findingsIn(readFileSync(file, 'utf8'), basename(file), options.resourceOpenid)
  const exitCode = findings.some(({ severity }) => severity === 'error') ? 1 : 0
  return { output: options.json ? asJson(file, findings) : asLines(file, findings, options.language), exitCode }
}

const CONFIG_NAME = 'cloudstead.config.json'
const CONFIG_KEYS = ['storage', 'database', 'auth']

function findingsIn(source: string, name: string, resourceOpenid: 'path' | 'creator'): readonly PlacedFinding[] {
  let text: RulesText
  try {
    text = parseRulesText(source)
  } catch (error) {
    if (error instanceof RuleError) return [placed(error, { severity: 'error', code: 'invalid', message: error.text })]
    throw error
  }
  const isConfig = name === CONFIG_NAME || CONFIG_KEYS.some((key) => member(text.value, key) !== undefined)
  const findings = isConfig ? configFindings(source, text) : rulesFindings(text, [], text.value, { resourceOpenid })
  return [...findings].sort((a, b) => a.line - b.line || a.column - b.column)
}

function configFindings(source: string, text: RulesText): readonly PlacedFinding[] {
  const storage = member(text.value, 'storage')
  const acl = member(storage, 'acl')
  const found =
    acl === undefined
      ? []
      : rulesFindings(text, ['storage', 'acl'], acl, {
          resourceOpenid: member(storage, 'resourceOpenid') === 'creator' ? 'creator' : 'path',
          anonymous: member(member(text.value, 'auth'), 'anonymous') !== false,
        })
  if (found.some(({ code }) => code === 'invalid')) return found
  // The rest of the configuration: whatever would keep the server from starting.
  try {
    parseConfig(source, { mode: 'start' })
    return found
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const message = { en: error.message, zh: error.message }
    return [...found, placed(text.errorAt(message, []), { severity: 'error', code: 'invalid', message })]
  }
}

function rulesFindings(
  text: RulesText,
  path: readonly string[],
  acl: unknown,
  options: { readonly resourceOpenid: 'path' | 'creator'; readonly anonymous?: boolean },
): readonly PlacedFinding[] {
  return checkStorageRules(acl, options).map((finding) => {
    const at = finding.key === undefined ? path : [...path, finding.key]
    return placed(text.errorAt(finding.message, at, finding.span?.start), finding)
  })
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
  const listed = findings.map(({ severity, code, key, line, column, message }) => ({
    severity,
    code,
    ...(key === undefined ? {} : { key }),
    line,
    column,
    message,
  }))
  return `${JSON.stringify({ file, findings: listed }, null, 2)}\n`
}
