import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { main } from './main.ts'
import { checkRulesFile, type RulesCheckOptions } from './rules-check.ts'

const DIR = mkdtempSync(join(tmpdir(), 'cloudstead-rules-'))
after(() => rmSync(DIR, { recursive: true }))

const ENGLISH: RulesCheckOptions = { resourceOpenid: 'path', language: 'en', json: false }
const OWN = 'auth != null && resource.openid == auth.openid'

function check(source: string, options: Partial<RulesCheckOptions> = {}, name = 'rules.json') {
  const file = join(DIR, name)
  writeFileSync(file, source)
  const { output, exitCode } = checkRulesFile(file, { ...ENGLISH, ...options })
  return { output: output.replaceAll(file, name), exitCode }
}

describe('a file of rules', () => {
  test('without findings', () => {
    const source = JSON.stringify({ read: OWN, write: OWN })
    assert.deepEqual(check(source), { output: 'rules.json: 0 errors, 0 warnings, 0 notes\n', exitCode: 0 })
  })

  test('with an error and a warning, each with its line and a caret, in the order of the file', () => {
    const source = '{\n  // pasted\n  "write": true,\n  "read": "auth != null &&\\tresource.opnid = 1",\n}'
    const { output, exitCode } = check(source)
    assert.equal(exitCode, 1)
    assert.equal(
      output,
      `rules.json:3:3: warning: callers without a login can write and delete every file; start the rule with auth != null && [write-without-login]
      "write": true,
      ^

rules.json:4:44: error: "read": unexpected "=" (a rule cannot assign; compare with ==) [invalid]
      "read": "auth != null &&\\tresource.opnid = 1",
                                               ^

rules.json: 1 error, 1 warning, 0 notes
`,
    )
  })

  test('in Chinese', () => {
    const { output, exitCode } = check('{"read": "auth != null"}', { language: 'zh' })
    assert.equal(exitCode, 0)
    assert.match(output, /^rules\.json:1:2: 警告: 任何匿名登录都能读取所有文件/)
    assert.match(output, /rules\.json: 错误 0, 警告 1, 提示 0\n$/)
  })

  for (const [doc, language] of [
    ['rules.md', 'en'],
    ['rules.zh-CN.md', 'zh'],
  ] as const) {
    test(`as ${doc} shows it`, () => {
      const shown = readFileSync(new URL(`../../../../docs/${doc}`, import.meta.url), 'utf8')
      const example = /```\n(rules\.json:.*?)```/s.exec(shown)?.[1]
      assert.ok(example)
      const { output } = check('{\n  "read": "auth != null",\n  "write": false\n}\n', { language })
      assert.ok(output.startsWith(example), output)
    })
  }

  test('as JSON', () => {
    const { output, exitCode } = check('{"read": "auth.opnid == 5"}', { json: true })
    assert.equal(exitCode, 0)
    const { file, findings } = JSON.parse(output) as { file: string; findings: { message: { en: string } }[] }
    assert.equal(file, 'rules.json')
    const [first] = findings
    assert.match(first?.message.en ?? '', /did you mean auth\.openid\?/)
    assert.deepEqual(
      { ...first, message: undefined },
      {
        severity: 'warning',
        code: 'unknown-member',
        key: 'read',
        line: 1,
        column: 11,
        message: undefined,
      },
    )
  })

  test('that is the name of a preset', () => {
    assert.match(check('"READONLY"').output, /note: everyone can read every file/)
    assert.match(check('"READ_ONLY"').output, /1:1: error: unknown preset "READ_ONLY"; did you mean "READONLY"\?/)
  })

  test('with a duplicate key', () => {
    const { output, exitCode } = check(`{\n  "read": "${OWN}",\n  "read": "resource.openid == auth.uid"\n}`)
    assert.equal(exitCode, 1)
    assert.match(output, /^rules\.json:3:3: error: duplicate key "read".*join them/)
  })

  test('with the creator for resource.openid', () => {
    const source = JSON.stringify({ write: '/^temp\\//.test(resource.path) && resource.openid == auth.openid' })
    assert.match(check(source).output, /openid-outside-users/)
    assert.doesNotMatch(check(source, { resourceOpenid: 'creator' }).output, /openid-outside-users/)
  })
})

describe('a file of rules for documents', () => {
  const OWNER = 'doc._openid == auth.openid'
  const unknown = (acl: object, options: Partial<RulesCheckOptions> = {}) =>
    /there is no variable "(\w+)"/.exec(check(JSON.stringify(acl), options).output)?.[1]

  test('is recognized by its keys or by the variables in it', () => {
    assert.equal(unknown({ update: 'resource.size > 1' }), 'resource')
    assert.equal(unknown({ read: 'auth == 1 || x == 1', write: OWNER }), 'x')
    assert.match(check(JSON.stringify({ read: 'request.data.a == 1' })).output, /data-without-write/)
    assert.doesNotMatch(check(JSON.stringify({ read: "get('database.users.' + auth.uid).ok" })).output, /error:/)
  })

  test('is not recognized by a word in a string, a member or a pattern', () => {
    for (const rule of [
      "resource.path == 'doc.txt'",
      'resource.metadata.doc == auth.uid',
      '/^doc/.test(resource.path)',
      "auth.uid == 'request'",
      'resource.openid == doc._openid',
    ]) {
      assert.notEqual(unknown({ read: rule }), 'resource', rule)
    }
    assert.equal(unknown({ read: 'resource.openid == doc._openid' }), 'doc')
  })

  test('can be named by an option', () => {
    assert.equal(unknown({ read: 'resource.size > 1' }, { kind: 'database' }), 'resource')
    assert.equal(unknown({ read: OWNER }, { kind: 'storage' }), 'doc')
    assert.match(check('{"delete": true}', { kind: 'storage' }).output, /unknown key "delete"/)
    assert.match(check('"READONLY"', { kind: 'database' }).output, /note: everyone can read every document/)
  })
})

describe('a file of rules for functions', () => {
  const RULES = '{\n  "*": { "invoke": "auth != null" },\n  "auth": { "invoke": "resource.openid == auth.uid" }\n}'

  test('is recognized by the rule for all functions, whatever the functions are called', () => {
    const { output, exitCode } = check(RULES)
    assert.equal(exitCode, 1)
    assert.equal(
      output,
      `rules.json:2:10: note: anonymous logins can invoke every function without a rule of its own, because auth != null is true for them. To exclude them, add auth.loginType != 'ANONYMOUS' [anonymous-passes]
      "*": { "invoke": "auth != null" },
             ^

rules.json:3:24: error: there is no variable "resource"; resource exists only in storage rules [unknown-variable]
      "auth": { "invoke": "resource.openid == auth.uid" }
                           ^

rules.json: 1 error, 0 warnings, 1 note
`,
    )
  })

  test('can be named by an option', () => {
    const { output, exitCode } = check('{ "pay": { "invok": true } }', { kind: 'functions' })
    assert.equal(exitCode, 1)
    assert.match(output, /rules\.json:1:1: error: the rule "\*" is missing/)
    assert.match(output, /rules\.json:1:12: error: unknown key "invok"; did you mean "invoke"\?/)
  })
})

describe('a configuration', () => {
  test('findings have the positions of the rules of functions', () => {
    const source = '{ "functions": { "root": "f", "rules": {\n"*": { "invoke": "auth == null" } } } }'
    const { output, exitCode } = check(source)
    assert.equal(exitCode, 0)
    assert.match(output, /^rules\.json:2:8: warning: everyone can invoke every function .* \[everyone-invokes\]/)
    const missing = check('{ "functions": {\n"rules": { "pay": { "invoke": true } } } }', { json: true })
    const [finding] = JSON.parse(missing.output).findings
    assert.deepEqual([missing.exitCode, finding.code, finding.line, finding.column], [1, 'invalid', 2, 1])
    assert.match(check('{ "functions": { "timezone": "UTC" } }').output, /functions\.timezone is not valid/)
  })

  test('findings have the position of the storage rules', () => {
    const source = '{\n  "storage": {\n    "acl": { "read": "auth != null" }\n  }\n}'
    assert.match(check(source).output, /^rules\.json:3:14: warning: anonymous logins.*\[anonymous-passes\]/)
  })

  test('findings have the positions of the rules of collections', () => {
    const source = `{
  "database": {
    "collections": {
      "orders": { "acl": { "read": "doc._openid == auth.openid", "update": "auth != null" } },
      "news": {
        "acl": {
          "read": true,
          "write": "auth.uid == 'u1' && doc.statsu = 1",
        },
      },
      "plain": { "acl": "PRIVATE" },
      "none": {},
    },
  },
}`
    const { output, exitCode } = check(source)
    assert.equal(exitCode, 1)
    assert.deepEqual(
      [...output.matchAll(/^rules\.json:(\d+:\d+): (\w+): .*\[([\w-]+)\]$/gm)].map(([, ...found]) => found.join(' ')),
      ['4:28 note query-refused', '4:66 warning ownerless-write', '7:11 note everyone-reads', '8:52 error invalid'],
    )
    assert.match(output, /doc\.statsu = 1",\n {4} +\^\n/)
    assert.match(output, /db\.collection\('orders'\)\.where\(\{ _openid: '\{openid\}' \}\)\.get\(\)/)
    const { findings } = JSON.parse(check(source, { json: true }).output) as { findings: Record<string, unknown>[] }
    assert.deepEqual(
      findings.map(({ collection, key }) => `${collection}.${key}`),
      ['orders.read', 'orders.update', 'news.read', 'news.write'],
    )
  })

  test('its anonymous setting decides about findings for documents', () => {
    const database = { collections: { news: { acl: { read: 'auth != null' } } } }
    assert.match(check(JSON.stringify({ database })).output, /anonymous-passes/)
    const source = JSON.stringify({ database, auth: { anonymous: false } })
    assert.equal(check(source).output, 'rules.json: 0 errors, 0 warnings, 0 notes\n')
  })

  test('its anonymous and resourceOpenid settings decide about findings for files', () => {
    const acl = { read: 'auth != null', write: '/^temp\\//.test(resource.path) && resource.openid == auth.uid' }
    const storage = { acl, resourceOpenid: 'creator' }
    const source = JSON.stringify({ storage, auth: { anonymous: false } })
    assert.equal(check(source).output, 'rules.json: 0 errors, 0 warnings, 0 notes\n')
  })

  test('other errors that the server would refuse are reported too', () => {
    const { output, exitCode } = check('{ "storge": {} }', {}, 'cloudstead.config.json')
    assert.equal(exitCode, 1)
    assert.match(output, /error: unknown key storge \(did you mean storage\?\)/)
  })

  test('without rules has no findings', () => {
    assert.equal(check('{}', {}, 'cloudstead.config.json').exitCode, 0)
  })
})

test('a file that does not exist is an error', () => {
  assert.throws(() => checkRulesFile(join(DIR, 'none.json'), ENGLISH), { code: 'ENOENT' })
})

describe('the command line', () => {
  const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, ['--conditions=@cloudstead/source', cli, 'rules', ...args], {
      cwd: DIR,
      encoding: 'utf8',
    })

  test('prints the findings and exits 1 when there is an error', () => {
    writeFileSync(join(DIR, 'bad.json'), '{"read": "a +"}')
    const { status, stdout, stderr } = run('check', '--lang', 'en', 'bad.json')
    assert.deepEqual([status, stderr], [1, ''])
    assert.match(stdout, /^bad\.json:1:13: error: "read": unexpected "\+"/)
  })

  test('--for names what the rules protect', () => {
    writeFileSync(join(DIR, 'which.json'), '{"read": "resource.size > 1"}')
    assert.equal(run('check', 'which.json').status, 0)
    const { status, stdout } = run('check', 'which.json', '--for', 'database')
    assert.equal(status, 1)
    assert.match(stdout, /resource exists only in storage rules/)
  })

  test('exits 0 when there are only warnings', () => {
    writeFileSync(join(DIR, 'warned.json'), '{"read": "auth != null"}')
    const { status, stdout } = run('check', 'warned.json', '--json')
    assert.equal(status, 0)
    assert.equal((JSON.parse(stdout) as { findings: unknown[] }).findings.length, 1)
  })

  for (const [args, message] of [
    [[], /rules needs one of: check FILE/],
    [['chek', 'x.json'], /rules needs one of: check FILE/],
    [['check'], /needs the name of one file/],
    [['check', 'a.json', 'b.json'], /needs the name of one file/],
    [['check', 'none.json'], /none\.json/],
    [['check', 'rules.json', '--for', 'files'], /--for must be storage or database or functions, not files/],
    [['check', 'rules.json', '--lang', 'fr'], /--lang must be en or zh, not fr/],
    [['check', 'rules.json', '--jsn'], /there is no option --jsn; did you mean --json\?/],
  ] as readonly (readonly [readonly string[], RegExp])[]) {
    test(`explains what is wrong with: rules ${args.join(' ')}`, async (t) => {
      const write = t.mock.method(process.stderr, 'write', () => true)
      assert.equal(await main(['rules', ...args], {}), 1)
      assert.match(String(write.mock.calls[0]?.arguments[0]), message)
    })
  }
})
