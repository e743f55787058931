import assert from 'node:assert/strict'
import type { RuleFinding } from './finding.ts'

/** The findings about an acl, one line each: severity, code, rule, and the part of the expression. */
export function findingLines(acl: unknown, findings: readonly RuleFinding[]): readonly string[] {
  return findings.map((finding) => {
    const { severity, code, key, message } = finding
    assert.match(message.zh, /[\u4e00-\u9fff]/)
    assert.doesNotMatch(message.en, /[\u4e00-\u9fff]|undefined(?!")/)
    return [severity, code, key, partOf(acl, finding)].filter((word) => word !== undefined).join(' ')
  })
}

function partOf(acl: unknown, { key, span }: RuleFinding): string | undefined {
  const rule = key === undefined ? undefined : (acl as Readonly<Record<string, unknown>>)[key]
  return typeof rule === 'string' && span !== undefined ? `'${rule.slice(span.start, span.end)}'` : undefined
}
