/** Rules of collections while the server runs: edits, the content of refusals, and concurrent users. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openRuleStage, type RuleStage, type UserName } from './support/rule-cases.ts'
import type { Collection } from './support/sdk.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { eventually } from './support/until.ts'

/** An edited configuration takes effect within this time. */
const RELOAD_MS = 2000
const DENIED = 'DATABASE_PERMISSION_DENIED'
/** What every refusal says, whatever the reason. */
const SAID = 'The permissions of the collection deny this.'

const ROUNDS = 100
/** The maximum number of documents that the rules of one request may look up. */
const MAX_LOOKUPS = 10

const OWNER = 'auth != null && doc._openid == auth.openid'

const FIXED = {
  teams: { acl: 'ADMINONLY' },
  members: { acl: { create: "auth.uid in get('database.teams.' + request.data.team).members" } },
  seats: { acl: { read: true, update: "doc.state == 'free' && request.data.state == 'taken'" } },
  tasks: {
    acl: {
      update:
        "(doc.state == 'new' && request.data.state == 'begun') || (doc.state == 'begun' && request.data.state == 'done')",
    },
  },
  secrets: { acl: { read: "doc.password == 'open sesame'", write: "auth.uid == 'ali-baba'" } },
}

let stage: RuleStage
before(async () => {
  stage = await openRuleStage({ database: { collections: { ...FIXED, notes: { acl: 'PRIVATE' } } } })
})
after(() => stage.close())

const collectionOf = (who: UserName, name: string): Collection => stage.users[who].app.database().collection(name)
const adminsOf = (name: string) => stage.admin.database().collection(name) as unknown as Collection

describe('rules are edited', () => {
  before(async () => {
    await adminsOf('notes').add([
      { _id: 'hers', _openid: 'alice', shared: true },
      { _id: 'his', _openid: 'bobby', shared: false },
    ])
  })

  const edit = (acl: unknown) => stage.server.writeConfig({ database: { collections: { ...FIXED, notes: { acl } } } })
  const codeFor = async (who: UserName, id: string) => (await collectionOf(who, 'notes').doc(id).get()).code
  const all = async () => (await collectionOf('alice', 'notes').where({}).get()).code

  /** Consecutive steps. */
  const STEPS: readonly (readonly [what: string, acl: unknown, holds: () => Promise<boolean>])[] = [
    ['from a preset to a rule', { read: OWNER }, async () => (await codeFor('alice', 'his')) === DENIED],
    [
      'to another rule',
      { read: 'doc.shared == true' },
      async () => (await codeFor('bobby', 'hers')) === undefined && (await codeFor('bobby', 'his')) === DENIED,
    ],
    ['to true', { read: true }, async () => (await all()) === undefined],
    ['to false', { read: false }, async () => (await codeFor('alice', 'hers')) === DENIED],
    [
      'back to a preset, which finds nothing where the rule denied',
      'PRIVATE',
      async () => (await collectionOf('alice', 'notes').doc('his').get()).data?.length === 0,
    ],
  ]
  for (const [what, acl, holds] of STEPS) {
    test(`${what}: takes effect within ${RELOAD_MS} ms`, async () => {
      await edit(acl)
      await eventually(what, holds, RELOAD_MS)
    })
  }

  const four = Array.from({ length: 4 }, () => "get('database.teams.red').open == true").join(' && ')
  const REFUSED: readonly (readonly [what: string, acl: unknown, reason: RegExp])[] = [
    ['a rule that does not parse', { read: 'doc._openid ==' }, /notes\.acl\.read.*column \d+/],
    ['a rule of more than 1,024 characters', { write: `true${' || true'.repeat(130)}` }, /notes\.acl\.write.*1,?024/],
    ['four get( ) in one rule', { read: four }, /notes\.acl\.read.*at most 3 get/],
    [
      'get( ) three deep',
      { read: "get('database.a.' + get('database.b.' + get('database.c.d').e).f).g == 1" },
      /notes\.acl\.read.*2 deep/,
    ],
    [
      'get( ) of a collection that the document names',
      { read: "get('database.' + doc.kind + '.x').open == true" },
      /notes\.acl\.read.*get\( \) needs/,
    ],
    ['an unknown key', { read: true, remove: true }, /notes\.acl.*remove/],
    ['no JSON', undefined, /JSON/],
  ]
  for (const [what, acl, reason] of REFUSED) {
    test(`${what} is refused, the log has the reason, and the current rules stay`, async () => {
      const { server } = stage
      const before = server.log().length
      if (acl === undefined) await server.writeConfig('{ "database": ')
      else await edit(acl)
      const line = () =>
        server
          .log()
          .slice(before)
          .split('\n')
          .find((text) => text.includes('cannot be used'))
      await eventually('the log tells', () => line() !== undefined, RELOAD_MS)
      assert.match(line() ?? '', reason)
      assert.equal(await codeFor('alice', 'hers'), undefined)
      assert.deepEqual((await collectionOf('alice', 'notes').doc('his').get()).data, [])
    })
  }

  test('a server does not start with a syntax error in a rule', async () => {
    const config = { database: { collections: { notes: { acl: { read: 'doc._openid ==' } } } } }
    const starts: Promise<RunningServer> = startServer({ config })
    // Otherwise it would keep running.
    starts.then((server) => server.stop()).catch(() => {})
    await assert.rejects(starts, /stopped with 1 before it was ready.*notes\.acl\.read/s)
  })
})

describe('the content of a refusal', () => {
  before(() => adminsOf('secrets').add({ _id: 'cave', password: 'open sesame!', gold: 40 }))

  type Ask = (secrets: Collection) => Promise<object>
  const ASKED: readonly (readonly [what: string, ask: Ask])[] = [
    ['a document', (secrets) => secrets.doc('cave').get()],
    ['a missing document', (secrets) => secrets.doc('cage').get()],
    ['a query', (secrets) => secrets.where({ gold: 40 }).get()],
    ['a number', (secrets) => secrets.where({ gold: 40 }).count()],
    ['an update', (secrets) => secrets.doc('cave').update({ gold: 0 })],
    ['an update of many', (secrets) => secrets.where({ gold: 40 }).update({ gold: 0 })],
    ['a replacement', (secrets) => secrets.doc('cave').set({ gold: 0 })],
    ['a removal', (secrets) => secrets.doc('cave').remove()],
    ['a removal of many', (secrets) => secrets.where({ gold: 40 }).remove()],
    ['a new document', (secrets) => secrets.add({ gold: 0 })],
  ]
  for (const who of ['alice', 'bobby'] as const) {
    for (const [what, ask] of ASKED) {
      test(`${who} requests ${what}: the SDK resolves to the code and one sentence, the log has the rule`, async () => {
        const { requestId, ...answer } = (await ask(collectionOf(who, 'secrets'))) as Record<string, unknown>
        assert.deepEqual(answer, { code: DENIED, message: SAID })
        assert.ok(typeof requestId === 'string')
        const lines = () => stage.server.log().split('\n')
        const about = () => lines().find((line) => line.includes(requestId) && line.includes(DENIED))
        await eventually('the log tells', () => about() !== undefined)
        assert.match(about() ?? '', /secrets/)
        assert.match(about() ?? '', /doc\.password == 'open sesame'|auth\.uid == 'ali-baba'/)
      })
    }
  }
})

describe('concurrent requests', () => {
  const WAYS: readonly (readonly [how: string, update: (seats: Collection, id: string, by: UserName) => Updated])[] = [
    ['by its id', (seats, id, by) => seats.doc(id).update({ state: 'taken', by })],
    ['by a query', (seats, _id, by) => seats.where({ _id, state: 'free' }).update({ state: 'taken', by })],
    [
      'by a query without the id',
      (seats, seat, by) => seats.where({ seat, state: 'free' }).update({ state: 'taken', by }),
    ],
  ]
  type Updated = ReturnType<Collection['update']>

  for (const [how, update] of WAYS) {
    test(`two users take one free seat ${how}, ${ROUNDS} times: one gets it`, async () => {
      const seats = Array.from({ length: ROUNDS }, (_, at) => `${how} ${at}`)
      await adminsOf('seats').add(seats.map((seat) => ({ _id: seat, seat, state: 'free' })))
      for (const seat of seats) {
        const people = ['alice', 'bobby'] as const
        const answers = await Promise.all(people.map((who) => update(collectionOf(who, 'seats'), seat, who)))
        const winners = people.filter((_, at) => answers[at]?.updated === 1)
        assert.equal(winners.length, 1, JSON.stringify(answers))
        for (const { updated, code } of answers) assert.ok(updated === 1 || updated === 0 || code === DENIED, code)
        const [stored] = (await adminsOf('seats').doc(seat).get()).data
        assert.deepEqual(stored, { _id: seat, seat, state: 'taken', by: winners[0] })
      }
    })
  }

  test('ten requests of three users move one document through its states, each once', async () => {
    await adminsOf('tasks').add({ _id: 'task', state: 'new' })
    const people = ['alice', 'bobby', 'wendy'] as const
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_each, at) => {
        const who = people[at % people.length] ?? 'alice'
        const { command: _ } = stage.users[who].app.database()
        const state = at % 2 === 0 ? 'begun' : 'done'
        return collectionOf(who, 'tasks')
          .doc('task')
          .update({ state, [`times.${state}`]: _.inc(1), passed: _.push(state) })
      }),
    )
    const [stored] = (await adminsOf('tasks').doc('task').get()).data
    const passed = stored?.passed as string[]
    assert.deepEqual(passed, ['begun', 'done'].slice(0, passed.length))
    assert.ok(passed.length > 0)
    assert.equal(answers.filter(({ updated }) => updated === 1).length, passed.length)
    assert.equal(stored?.state, passed.at(-1))
  })

  test(`one request may look up ${MAX_LOOKUPS} documents, and no more`, async () => {
    const teams = Array.from({ length: MAX_LOOKUPS + 1 }, (_, at) => `team${at}`)
    const members = [stage.users.bobby.uid]
    await adminsOf('teams').add(teams.map((_id) => ({ _id, members })))
    const add = (count: number) => collectionOf('bobby', 'members').add(teams.slice(0, count).map((team) => ({ team })))
    assert.equal((await add(MAX_LOOKUPS + 1)).code, DENIED)
    assert.deepEqual((await adminsOf('members').get()).data, [])
    assert.equal((await add(MAX_LOOKUPS)).code, undefined)
    assert.equal((await adminsOf('members').get()).data.length, MAX_LOOKUPS)
  })
})
