import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Caller, UserCaller } from '@cloudstead/protocol'
import { NOBODY } from '@cloudstead/protocol'
import { compileStorageRules, type Explanation } from '@cloudstead/rules'
import fc from 'fast-check'
import { DeniedError } from '../decisions/denied-error.ts'
import type { Mode } from '../settings.ts'
import { createDenials } from './denials.ts'
import { createLog } from './log.ts'

const MAX_LINE_BYTES = 16 * 1024
const MINUTE = 60_000
const OWN = { read: 'auth != null && resource.openid == auth.openid' }

const user = (name: string): UserCaller => ({
  kind: 'user',
  uid: `uid-${name}`,
  customUserId: name,
  loginType: 'CUSTOM',
  sessionId: `session-${name}`,
})
const ALICE = user('alice')

interface Denying {
  readonly path?: string
  readonly rules?: unknown
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly asked?: Readonly<Record<string, unknown>>
  readonly explain?: () => Explanation
}

/** A denied read, as `storage/authorize.ts` throws it. */
function denied(caller: Caller, given: Denying = {}): DeniedError {
  const { path = 'users/bob/a.jpg', metadata } = given
  const rules = compileStorageRules(given.rules ?? OWN, { resourceOpenid: 'path' })
  const context = {
    auth: caller.kind === 'user' ? caller : null,
    resource: { path, claim: 'bob', exists: true, ...(metadata === undefined ? {} : { metadata }) },
    now: 0,
  }
  const { allowed, reason } = rules.evaluate('read', context)
  assert.equal(allowed, false)
  return new DeniedError('STORAGE_EXCEED_AUTHORITY', {
    caller,
    internal: `read ${path}: ${reason}`,
    asked: given.asked ?? { action: 'read', file: path, ...(metadata === undefined ? {} : { stored: { metadata } }) },
    explain: given.explain ?? (() => rules.explain('read', context)),
  })
}

function setUp(mode: Mode = 'start') {
  const written: string[] = []
  const clock = { now: 1_000_000 }
  const log = createLog({ mode, write: (line) => written.push(line) })
  const denials = createDenials({ log, mode, now: () => clock.now })
  return {
    ...denials,
    clock,
    written,
    deny: (requestId: string, ...errors: DeniedError[]) => denials.record(requestId, errors),
    /** The JSON lines that `start` logs. */
    lines: () => written.map((line) => JSON.parse(line) as Line),
  }
}

interface Line {
  readonly reqId: string
  readonly code?: string
  readonly reason?: string
  readonly count?: number
  readonly sameAs?: string
  readonly more?: number
  readonly denial?: { readonly tree: readonly string[]; readonly case?: unknown }
}

const explained = (lines: readonly Line[]) => lines.filter(({ denial }) => denial !== undefined).length

describe('recorded denials', () => {
  test('a denial is kept with its request, caller, explanation and test case', () => {
    const { deny, list } = setUp()
    deny('r1', denied(ALICE))
    const as = { uid: 'uid-alice', customUserId: 'alice', loginType: 'CUSTOM' }
    const [denial, ...rest] = list()
    assert.deepEqual(rest, [])
    const { explanation, id, ...kept } = denial ?? {}
    assert.match(id ?? '', /^[\w-]{43}$/)
    assert.deepEqual(kept, {
      at: 1_000_000,
      requestId: 'r1',
      count: 1,
      code: 'STORAGE_EXCEED_AUTHORITY',
      caller: as,
      reason:
        'read users/bob/a.jpg: the rule "read": resource.openid == auth.openid is false: ' +
        '"bob" is not the caller ("alice", "uid-alice")',
      collection: undefined,
      function: undefined,
      case: { as, action: 'read', file: 'users/bob/a.jpg', expect: 'denied' },
    })
    assert.equal(explanation?.tree?.children.length, 2)
  })

  test('the caller is null when nobody is logged in; sessions are not kept', () => {
    const { deny, list } = setUp()
    deny('r1', denied(NOBODY), denied(ALICE))
    assert.deepEqual(
      list().map(({ caller }) => caller?.uid ?? null),
      ['uid-alice', null],
    )
    assert.ok(!JSON.stringify(list()).includes('session'))
  })

  test('the last 1,000 are kept, newest first', () => {
    const { deny, list } = setUp()
    // Ten callers, so that none of them reaches the limit per caller.
    for (let n = 0; n < 1_010; n += 1) deny(`r${n}`, denied(user(`u${n % 10}`), { path: `users/bob/${n}` }))
    const kept = list()
    assert.equal(kept.length, 1_000)
    assert.deepEqual([kept[0]?.requestId, kept.at(-1)?.requestId], ['r1009', 'r10'])
  })

  test('a caller with many denials evicts its own, not those of others', () => {
    const { deny, list } = setUp()
    deny('useful', denied(ALICE))
    for (let n = 0; n < 2_000; n += 1) deny(`r${n}`, denied(NOBODY, { path: `users/bob/${n}` }))
    const kept = list()
    assert.equal(kept.length, 201)
    assert.deepEqual([kept[0]?.requestId, kept[199]?.requestId, kept[200]?.requestId], ['r1999', 'r1800', 'useful'])
  })

  test('equal denials are merged into the newest, with a count; different ones are not', () => {
    const { deny, list, clock } = setUp()
    deny('r1', denied(ALICE))
    deny('r2', denied(user('carol')))
    deny('r3', denied(ALICE, { path: 'users/bob/b.jpg' }))
    deny('r4', denied(ALICE, { rules: { read: false } }))
    clock.now += 5
    deny('r5', denied(ALICE))
    assert.deepEqual(
      list().map(({ requestId, count, at }) => [requestId, count, at]),
      [
        ['r5', 2, 1_000_005],
        ['r4', 1, 1_000_000],
        ['r3', 1, 1_000_000],
        ['r2', 1, 1_000_000],
      ],
    )
  })

  test('the oldest are dropped when explanations of long rules would fill the memory', () => {
    const { deny, list } = setUp()
    const reason = { en: 'x'.repeat(100_000), zh: '' }
    const explain = (): Explanation => ({ operation: 'read', acl: 'CUSTOM', target: '', allowed: false, reason })
    for (let n = 0; n < 400; n += 1) deny(`r${n}`, denied(user(`u${n % 10}`), { path: `users/bob/${n}`, explain }))
    const kept = list()
    assert.equal(kept[0]?.requestId, 'r399')
    // 32 MiB hold about 335 explanations of 100 kB.
    assert.ok(kept.length > 300 && kept.length < 340, `${kept.length} are kept`)
  })

  test('a test case with a large document is dropped, the denial is kept', () => {
    const { deny, list, lines } = setUp()
    deny('r1', denied(ALICE, { asked: { action: 'create', data: 'x'.repeat(10_000) } }))
    assert.deepEqual([list()[0]?.requestId, list()[0]?.case], ['r1', undefined])
    assert.deepEqual(Object.keys(lines()[0]?.denial ?? {}), ['tree'])
  })

  test('a denial is kept and logged even if it cannot be explained and its case is not JSON', () => {
    const { deny, list, lines } = setUp()
    const circle: Record<string, unknown> = { action: 'read' }
    circle.itself = circle
    const explain = () => {
      throw new Error('a bug')
    }
    deny('r1', denied(ALICE, { asked: circle, explain }))
    const [denial] = list()
    assert.deepEqual([denial?.explanation, denial?.case], [undefined, undefined])
    assert.deepEqual(lines()[0]?.denial, { tree: ['the decision cannot be explained'] })
  })

  test('a quote from a large document does not keep the document in memory', () => {
    const { deny, list } = setUp()
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    const quoting = (n: number) => {
      const metadata = { text: `${n}${'m'.repeat(250_000)}` }
      return denied(ALICE, { rules: { read: "resource.metadata.text == 'x'" }, metadata })
    }
    // In its own function, so that nothing here references the errors. Most of them get no log line: writing one would
    // make copies too.
    const denyMany = () => deny('r1', ...Array.from({ length: 40 }, (_, n) => quoting(n)))
    denyMany()
    collectGarbage()
    assert.equal(list().length, 40)
    const grown = process.memoryUsage().heapUsed - before
    assert.ok(grown < 4_000_000, `${grown} bytes more than before`)
  })

  test('the explanation is computed once', () => {
    const { deny } = setUp('dev')
    let asked = 0
    const explain = () => {
      asked += 1
      return compileStorageRules('PRIVATE', { resourceOpenid: 'path' }).explain('read', { auth: null } as never)
    }
    const error = denied(ALICE, { explain })
    assert.equal(asked, 0)
    deny('r1', error)
    deny('r2', error)
    assert.equal(asked, 1)
  })
})

describe('pages', () => {
  const requests = ({ items }: { items: readonly { requestId: string }[] }) => items.map(({ requestId }) => requestId)

  test('contain every denial once, for any page size, and the last one has no next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 40 }), (count, limit) => {
        const { deny, page } = setUp()
        for (let n = 0; n < count; n += 1) deny(`r${n}`, denied(ALICE, { path: `users/bob/${n}` }))
        const met: string[] = []
        let after: string | undefined
        do {
          const part = page({ limit, after })
          assert.ok(part.items.length <= limit)
          met.push(...requests(part))
          after = part.next
        } while (after !== undefined)
        assert.deepEqual(
          met,
          Array.from({ length: count }, (_, n) => `r${count - 1 - n}`),
        )
      }),
      { numRuns: 50 },
    )
  })

  test('a repeated denial moves to the front with the same id and does not appear on later pages', () => {
    const { deny, page, clock } = setUp()
    for (let n = 0; n < 4; n += 1) deny(`r${n}`, denied(ALICE, { path: `users/bob/${n}` }))
    const first = page({ limit: 2 })
    assert.deepEqual(requests(first), ['r3', 'r2'])
    const seen = first.items[1]
    clock.now += 10
    deny('r4', denied(ALICE, { path: 'users/bob/2' }))
    deny('r5', denied(ALICE, { path: 'users/bob/1' }))
    assert.deepEqual(requests(page({ limit: 2, after: first.next })), ['r0'])
    const [, again] = page({ since: 1_000_000 }).items
    assert.deepEqual([again?.id, again?.count, again?.requestId], [seen?.id, 2, 'r4'])
  })

  test('can be filtered by time, by service and by a search', () => {
    const { deny, page, clock } = setUp()
    deny('r1', denied(ALICE))
    clock.now += 5
    deny('r2', denied(user('Carol'), { asked: { action: 'read', collection: 'orders' } }))
    deny('r3', denied(NOBODY))
    assert.deepEqual(requests(page({ since: 1_000_000 })), ['r3', 'r2'])
    assert.deepEqual(requests(page({ since: 1_000_005 })), [])
    assert.deepEqual(requests(page({ about: 'database' })), ['r2'])
    assert.deepEqual(requests(page({ about: 'storage' })), ['r3', 'r1'])
    assert.equal(page({ about: 'database' }).items[0]?.collection, 'orders')
    deny('r4', denied(NOBODY, { asked: { invoke: 'pay' } }))
    assert.deepEqual(requests(page({ about: 'functions' })), ['r4'])
    assert.deepEqual(requests(page({ about: 'storage' })), ['r3', 'r1'])
    assert.deepEqual(requests(page({ about: 'database' })), ['r2'])
    assert.deepEqual([page({}).items[0]?.function, page({}).items[1]?.function], ['pay', undefined])
    clock.now += 5
    assert.deepEqual(requests(page({ search: 'cAROL' })), ['r2'])
    assert.deepEqual(requests(page({ search: 'BOB/A.JPG' })), ['r4', 'r3', 'r2', 'r1'])
    assert.deepEqual(requests(page({ search: 'R2' })), ['r2'])
    assert.deepEqual(requests(page({ search: 'nobody is logged' })), ['r4', 'r3'])
    assert.deepEqual(requests(page({ search: '.*' })), [])
  })

  test('are limited in size', () => {
    const { deny, page } = setUp()
    const reason = { en: 'x'.repeat(100_000), zh: '' }
    const explain = (): Explanation => ({ operation: 'read', acl: 'CUSTOM', target: '', allowed: false, reason })
    for (let n = 0; n < 50; n += 1) deny(`r${n}`, denied(ALICE, { path: `users/bob/${n}`, explain }))
    const { items, next } = page({ limit: 1_000 })
    assert.ok(items.length > 10 && items.length < 30, `${items.length} denials`)
    assert.equal(page({ limit: 1_000, after: next }).items[0]?.requestId, `r${49 - items.length}`)
  })

  for (const after of ['', 'x', '-1', '1e9', '9'.repeat(400)]) {
    test(`after ${JSON.stringify(after.slice(0, 9))} is refused`, () => {
      const { page } = setUp()
      assert.throws(() => page({ after }), { code: 'INVALID_PARAM' })
    })
  }
})

describe('the log', () => {
  const TREE = [
    'denied: read "users/bob/a.jpg"',
    '  the rule "read": resource.openid == auth.openid is false: "bob" is not the caller ("alice", "uid-alice")',
    '  * auth != null && resource.openid == auth.openid: false',
    '      auth != null: true',
  ]

  test('start: one JSON line with the request id, the tree and the test case', () => {
    const { deny, list, lines, written } = setUp()
    deny('r1', denied(ALICE))
    assert.equal(written.length, 1)
    const [line] = lines()
    assert.deepEqual([line?.reqId, line?.code], ['r1', 'STORAGE_EXCEED_AUTHORITY'])
    assert.match(line?.reason ?? '', /^read users\/bob\/a\.jpg: the rule "read"/)
    assert.deepEqual(line?.denial?.tree.slice(0, 4), TREE)
    assert.deepEqual(line?.denial?.case, list()[0]?.case)
  })

  test('dev: the tree in readable lines, then the test case to paste', () => {
    const { deny, list, written } = setUp('dev')
    deny('r1', denied(ALICE))
    const lines = written.join('').trimEnd().split('\n')
    assert.match(
      lines[0] ?? '',
      /^\d\d:\d\d:\d\d - denied by the rules reqId=r1 code=STORAGE_EXCEED_AUTHORITY reason=read users\/bob/,
    )
    assert.deepEqual(
      lines.slice(1, 5),
      TREE.map((line) => `    ${line}`),
    )
    const pasted = lines.at(-1)?.replace('    as a test case: ', '') ?? ''
    assert.deepEqual(JSON.parse(pasted), list()[0]?.case)
  })

  test('of one request, three denials are logged and one line counts the rest; all are kept', () => {
    const { deny, list, lines } = setUp()
    deny('r1', ...Array.from({ length: 50 }, (_, n) => denied(ALICE, { path: `users/bob/${n}` })))
    assert.deepEqual(
      lines().map(({ reqId, more, denial }) => [reqId, more ?? denial?.tree[0]]),
      [
        ['r1', 'denied: read "users/bob/0"'],
        ['r1', 'denied: read "users/bob/1"'],
        ['r1', 'denied: read "users/bob/2"'],
        ['r1', 47],
      ],
    )
    assert.equal(list().length, 50)
  })

  test('start: a denial repeated within a minute gets a short line that names the explained request', () => {
    const { deny, lines, clock } = setUp()
    deny('r1', denied(ALICE))
    deny('r2', denied(ALICE))
    clock.now += MINUTE - 1
    deny('r3', denied(ALICE))
    clock.now += 1
    deny('r4', denied(ALICE))
    assert.deepEqual(
      lines().map(({ reqId, denial, sameAs, count }) => [reqId, denial !== undefined, sameAs, count]),
      [
        ['r1', true, undefined, undefined],
        ['r2', false, 'r1', 2],
        ['r3', false, 'r1', 3],
        ['r4', true, undefined, 4],
      ],
    )
  })

  test('start: after 30 trees in a minute a caller gets short lines, other callers do not', () => {
    const { deny, lines, clock, written } = setUp()
    for (let n = 0; n < 100; n += 1) deny(`r${n}`, denied(NOBODY, { path: `users/bob/${n}` }))
    assert.equal(lines().length, 100)
    assert.equal(explained(lines()), 30)
    assert.ok(Buffer.byteLength(written[99] ?? '') < 500)
    deny('alice', denied(ALICE))
    assert.equal(explained(lines()), 31)
    clock.now += MINUTE
    // Kept, but never explained in the log.
    deny('again', denied(NOBODY, { path: 'users/bob/99' }))
    assert.equal(lines().at(-1)?.denial?.tree[0], 'denied: read "users/bob/99"')
  })

  test('dev: every denial is explained', () => {
    const { deny, written } = setUp('dev')
    for (let n = 0; n < 40; n += 1) deny(`r${n}`, denied(ALICE))
    assert.equal(written.filter((text) => text.includes('as a test case:')).length, 40)
  })

  for (const [what, given] of Object.entries<Denying>({
    'a long rule': { rules: { read: Array.from({ length: 60 }, () => "auth.uid == 'a'").join('||') } },
    'a long path': { path: `users/bob/${'图'.repeat(280)}` },
    'large metadata': { metadata: { text: '"'.repeat(2_900) }, rules: { read: "resource.metadata.text == 'x'" } },
    'metadata of control characters': { metadata: { text: '\u0001'.repeat(900) } },
    'all of these': {
      rules: { read: Array.from({ length: 33 }, () => "resource.metadata.text == 'x'").join('||') },
      path: `users/bob/${'图'.repeat(280)}`,
      metadata: { text: '\u0001图"'.repeat(400) },
    },
  })) {
    test(`start: no line is longer than 16 KiB: ${what}`, () => {
      const { deny, written, lines } = setUp()
      deny('r1', denied(ALICE, given))
      assert.equal(explained(lines()), 1)
      assert.ok(Buffer.byteLength(written[0] ?? '') <= MAX_LINE_BYTES, `${Buffer.byteLength(written[0] ?? '')} bytes`)
    })
  }

  test('a tree that is cut off says how many lines are missing', () => {
    const { deny, lines } = setUp()
    deny('r1', denied(ALICE, { rules: { read: Array.from({ length: 68 }, () => "auth.uid=='a'").join('||') } }))
    assert.match(lines()[0]?.denial?.tree.at(-1) ?? '', /^\.\.\. \d+ more lines$/)
  })

  for (const mode of ['start', 'dev'] as const) {
    test(`${mode}: line breaks and escape sequences in names are escaped`, () => {
      const { deny, written } = setUp(mode)
      const path = 'users/bob/a\n- forged reqId=r0\r\u001b[2J\u2028\u0085.jpg'
      deny('r1', denied(user('eve\n- forged'), { path }))
      const text = written.join('')
      const lines = text.trimEnd().split(/[\n\r\u2028\u0085]/)
      assert.deepEqual(
        lines.filter((line) => line.startsWith('- forged')),
        [],
      )
      assert.ok(!text.includes('\u001b'))
      assert.ok(mode === 'dev' ? lines.slice(1).every((line) => line.startsWith('    ')) : written.length === 1)
    })

    test(`${mode}: anything that looks like a credential is redacted, in any member`, () => {
      const { deny, written } = setUp(mode)
      const credential = `${'aB3_-xyz'.repeat(8)}.${'aB3_-xyz'.repeat(8)}.${'aB3_-xyz'.repeat(5)}`
      deny('r1', denied(user(credential), { path: `users/bob/${credential}`, metadata: { credential } }))
      assert.ok(!written.join('').includes(credential.slice(0, 30)))
      assert.match(written.join(''), /\[redacted\]/)
    })
  }
})

describe('the share of an address and of a rule', () => {
  const fresh = (index: number): UserCaller => ({
    kind: 'user',
    uid: `fresh-${index}`,
    loginType: 'ANONYMOUS',
    sessionId: 's',
  })

  test('many fresh anonymous users of one address push out their own denials only', () => {
    const { record, list } = setUp()
    record('honest', [denied(ALICE)], '192.0.2.1')
    for (let index = 0; index < 1_200; index += 1) record(`r${index}`, [denied(fresh(index))], '198.51.100.9')
    const kept = list()
    assert.equal(kept.length, 1_000)
    assert.ok(kept.some(({ requestId }) => requestId === 'honest'))
    assert.equal(kept[0]?.requestId, 'r1199')
  })

  test('a flood from many addresses against one rule pushes out no denial by another rule', () => {
    const { record, list } = setUp()
    record('honest', [denied(ALICE, { asked: { action: 'read', collection: 'orders' } })], '192.0.2.1')
    for (let index = 0; index < 1_200; index += 1)
      record(`r${index}`, [denied(fresh(index))], `10.0.${index >> 8}.${index & 255}`)
    assert.ok(list().some(({ requestId }) => requestId === 'honest'))
  })
})
