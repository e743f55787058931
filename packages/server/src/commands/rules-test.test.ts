import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { main } from './main.ts'
import { type RulesTestOptions, testRulesFile } from './rules-test.ts'

const DIR = mkdtempSync(join(tmpdir(), 'cloudstead-rules-test-'))
after(() => rmSync(DIR, { recursive: true }))

const OWN = 'auth != null && resource.openid == auth.openid'
const CONFIGURATION = { storage: { acl: { read: OWN, write: false } } }
const CASES = {
  users: { alice: { customUserId: 'alice' } },
  cases: [
    { as: 'alice', action: 'read', file: 'users/alice/a.jpg', expect: 'allowed' },
    { name: '别人的文件', as: 'alice', action: 'read', file: 'users/bob/a.jpg', expect: 'denied' },
  ],
}
const WRONG = { as: null, action: 'read', file: 'users/bob/a.jpg', expect: 'allowed' }

const ENGLISH: RulesTestOptions = { language: 'en', json: false, coverage: false }

function write(name: string, content: unknown): string {
  const file = join(DIR, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

function run(options: Partial<RulesTestOptions> = {}, cases: unknown = CASES, configuration: unknown = CONFIGURATION) {
  write('cloudstead.config.json', configuration)
  const { output, exitCode } = testRulesFile(write('cases.json', cases), { ...ENGLISH, ...options }, 0)
  return { output: output.replaceAll(`${DIR}/`, ''), exitCode }
}

describe('as lines', () => {
  test('all cases pass', () => {
    const { output, exitCode } = run()
    assert.equal(exitCode, 0)
    assert.equal(
      output,
      `ok  alice: read users/alice/a.jpg  allowed
ok  别人的文件                     denied

cases.json: 2 cases, 2 as expected, 0 not
coverage: 75% (3 of 4 outcomes of conditions); --coverage lists the rest
`,
    )
  })

  test('a failed case has its line and its tree, and the exit code is 1', () => {
    const { output, exitCode } = run({}, { ...CASES, cases: [...CASES.cases, WRONG] })
    assert.equal(exitCode, 1)
    assert.match(output, /^FAIL {2}nobody: read users\/bob\/a\.jpg {3}denied {2}expected allowed {2}cases\.json:1$/m)
    assert.match(output, /^ {6}denied: read "users\/bob\/a\.jpg"\n {8}the rule "read": auth != null is false/m)
    assert.match(output, /^cases\.json: 3 cases, 2 as expected, 1 not$/m)
  })

  test('a request that is allowed unexpectedly is explained too', () => {
    const open = { as: null, action: 'read', file: 'a', expect: 'denied' }
    const { output } = run({}, { cases: [open] }, { storage: { acl: 'READONLY' } })
    assert.match(
      output,
      /^FAIL {2}nobody: read a {2}allowed {2}expected denied {2}cases\.json:1\n {6}allowed: read "a"$/m,
    )
    assert.match(output, /coverage: the rules have no conditions\n$/)
  })

  test('coverage in detail', () => {
    const { output } = run({ coverage: true }, CASES, JSON.stringify(CONFIGURATION, null, 2))
    assert.match(output, /coverage: 75% \(3 of 4 outcomes of conditions\)\n/)
    assert.match(output, /\n {2}cloudstead\.config\.json:4:16: storage\.read: never false: auth != null\n$/)
  })

  test('in Chinese', () => {
    const { output } = run({ language: 'zh', coverage: true }, { ...CASES, cases: [...CASES.cases, WRONG] })
    assert.match(output, /^失败 {2}nobody: read .*拒绝 {2}应为允许 {2}cases\.json:1$/m)
    assert.match(output, /用例 3，符合预期 2，不符合 1\n覆盖率：100%（4 种条件结果中出现 4 种）\n$/)
  })

  test('names are cut off, and control characters replaced', () => {
    const name = `\u001b[31m\r${'很长'.repeat(60)}`
    const { output } = run({}, { ...CASES, cases: [{ ...CASES.cases[0], name }] })
    assert.match(output, /^ok {2}\ufffd\[31m\ufffd(?:很长)+很?… {1,3}allowed$/m)
    assert.ok(!output.includes('\u001b'))
  })
})

describe('the rules file', () => {
  test('is the one that the case file names, relative to it', () => {
    mkdirSync(join(DIR, 'rules'), { recursive: true })
    write('rules/other.json', { storage: { acl: 'ADMINONLY' } })
    assert.match(run({}, { ...CASES, rules: 'rules/other.json' }).output, /2 cases, 1 as expected, 1 not/)
  })

  test('is the one of --rules, which wins over the case file', () => {
    const rules = write('open.json', { storage: { acl: 'READONLY' } })
    assert.match(run({ rules }, { ...CASES, rules: 'none.json' }).output, /2 cases, 1 as expected, 1 not/)
  })

  test('must exist', () => {
    assert.throws(() => run({}, { ...CASES, rules: 'none.json' }), { code: 'ENOENT' })
  })
})

describe('a file that is not valid', () => {
  test('the case file', () => {
    const { output, exitCode } = run({}, '{\n  "cases": [{ "as": "alice" }]\n}')
    assert.equal(exitCode, 1)
    assert.equal(
      output,
      `cases.json:2:13: error: what is requested? add "file", "collection" or "invoke"
      "cases": [{ "as": "alice" }]
                ^
`,
    )
  })

  test('the rules file', () => {
    const { output, exitCode } = run({ language: 'zh' }, CASES, '{ "storage": { "acl": { "read": "a b" } } }')
    assert.equal(exitCode, 1)
    assert.match(output, /^cloudstead\.config\.json:1:36: 错误: "read"：/)
  })

  test('a collection that the rules do not have is an error in the case file', () => {
    const cases = [{ as: null, action: 'read', collection: 'orders', doc: 'a', expect: 'denied' }]
    assert.match(run({}, { cases }).output, /^cases\.json:1:\d+: error: unknown collection "orders"/)
  })

  test('as JSON', () => {
    const { output, exitCode } = run({ json: true }, '{}')
    const { file, error } = JSON.parse(output) as { file: string; error: { line: number; message: { en: string } } }
    assert.deepEqual([exitCode, file, error.line, error.message.en], [1, 'cases.json', 1, '"cases" is missing'])
  })
})

test('as JSON', () => {
  const { output, exitCode } = run({ json: true }, { ...CASES, cases: [...CASES.cases, WRONG] })
  const report = JSON.parse(output) as {
    passed: number
    failed: number
    rules: string
    cases: { name: string; line: number; ok: boolean; reason: { zh: string }; explanation?: string }[]
    coverage: { percent: number; uncovered: unknown[] }
  }
  assert.deepEqual([exitCode, report.passed, report.failed], [1, 2, 1])
  assert.equal(report.rules, 'cloudstead.config.json')
  assert.deepEqual(
    report.cases.map(({ ok, explanation }) => [ok, explanation !== undefined]),
    [
      [true, false],
      [true, false],
      [false, true],
    ],
  )
  assert.match(report.cases[1]?.reason.zh ?? '', /规则 "read"/)
  assert.deepEqual(report.coverage.uncovered, [])
})

describe('as JUnit XML', () => {
  const report = (cases: readonly unknown[]) => {
    const junit = join(DIR, 'out.xml')
    run({ junit }, { ...CASES, cases })
    return readFileSync(junit, 'utf8').replaceAll(`${DIR}/`, '')
  }

  test('contains counts, names, lines and failures', () => {
    const xml = report([...CASES.cases, WRONG])
    assert.match(xml, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites .*tests="3" failures="1"/)
    assert.match(xml, /<testcase classname="cases\.json" name="别人的文件" file="cases\.json" line="1" time="0"\/>/)
    assert.match(
      xml,
      /<failure type="denied" message="expected allowed, decided denied: the rule &quot;read&quot;: auth != null/,
    )
    assert.match(
      xml,
      />denied: read &quot;users\/bob\/a\.jpg&quot;\n[\s\S]*<\/failure>\n {4}<\/testcase>\n {2}<\/testsuite>/,
    )
  })

  test('names are escaped and cut off; characters that XML does not allow are replaced', () => {
    const bad = `<a b="c">&'\u0000\u001b\ufffe\ud800]]>\n${'x'.repeat(500)}`
    const xml = report([{ ...WRONG, name: bad }])
    const name = /<testcase classname="cases\.json" name="([^"]*)"/.exec(xml)?.[1]
    assert.equal(name, `&lt;a b=&quot;c&quot;&gt;&amp;&apos;${'\ufffd'.repeat(4)}]]&gt; ${'x'.repeat(181)}`)
    const inside = xml.replace(/^<\?xml.*\n/, '')
    assert.doesNotMatch(inside.replaceAll(/<\/?[a-z][^<>]*>/g, ''), /[<>]|&(?!(?:amp|lt|gt|quot|apos);)/)
  })

  test('a surrogate pair that is cut in half is replaced', () => {
    const xml = report([{ ...WRONG, name: `${'x'.repeat(199)}😀` }])
    assert.match(xml, /name="x{199}\ufffd"/)
  })

  test('a report that cannot be written is an error', () => {
    assert.throws(() => run({ junit: join(DIR, 'no', 'out.xml') }), { code: 'ENOENT' })
  })
})

describe('the command line', () => {
  const output = async (args: readonly string[], stream: 'stdout' | 'stderr', t: { mock: typeof test.mock }) => {
    const write = t.mock.method(process[stream], 'write', () => true)
    const code = await main(['rules', 'test', ...args], {})
    const text = write.mock.calls.map((call) => String(call.arguments[0])).join('')
    write.mock.restore()
    return { code, text }
  }

  test('runs the cases of a file', async (t) => {
    run()
    const { code, text } = await output([join(DIR, 'cases.json'), '--coverage', '--lang', 'zh'], 'stdout', t)
    assert.equal(code, 0)
    assert.match(text, /用例 2，符合预期 2，不符合 0/)
  })

  for (const [args, message] of [
    [[], /rules test needs the name of one file/],
    [['a.json', 'b.json'], /rules test needs the name of one file/],
    [['none.json'], /none\.json/],
    [['a.json', '--lang', 'fr'], /--lang must be en or zh, not fr/],
    [['a.json', '--junt', 'x'], /there is no option --junt; did you mean --junit\?/],
  ] as readonly (readonly [readonly string[], RegExp])[]) {
    test(`explains what is wrong with: rules test ${args.join(' ')}`, async (t) => {
      const { code, text } = await output(args, 'stderr', t)
      assert.equal(code, 1)
      assert.match(text, message)
    })
  }
})
