import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Records } from '../../engines/records/records.ts'
import { openSqliteRecords } from '../../engines/records/sqlite/sqlite-records.ts'
import { loadSecrets } from '../../secrets.ts'
import type { Mode } from '../../settings.ts'
import { createKeys, type Keys } from '../keys.ts'
import { createSecurityLog } from '../security-log.ts'
import { type ConsoleAccess, type Credential, openConsoleAccess } from './access.ts'
import { createConsoleLink, setConsolePassword as setPassword } from './commands.ts'
import { createPasswords } from './password.ts'
import { IDLE_MS, LIFETIME_MS } from './sessions.ts'
import { TooManyAttemptsError, WrongCredentialError } from './sign-in-error.ts'

const HERE = '127.0.0.1'
const AWAY = '192.0.2.7'
const PASSWORD = 'correct horse battery'
const HOUR = 3_600_000
/** Cheap, to keep the tests fast. */
const passwords = createPasswords({ cost: 2 ** 10, blockSize: 8, parallelization: 1 })

let folder: string
let records: Records
let keys: Keys
let access: ConsoleAccess
let ahead: number
let logged: string[]
const now = () => Date.now() + ahead

const securityLog = () => createSecurityLog({ records, now, log: { warn: (_fields, message) => assert.fail(message) } })

async function open(mode: Mode = 'start'): Promise<ConsoleAccess> {
  const write = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`)
  return openConsoleAccess({
    records,
    keys,
    securityLog: securityLog(),
    mode,
    now,
    passwords,
    log: { info: write, warn: write },
  })
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-access-'))
  ahead = 0
  logged = []
  records = await openSqliteRecords({ file: join(folder, 'records.db') })
  keys = createKeys({ env: 'demo-1abcde', records, ring: (await loadSecrets(folder)).apiSecret, now })
  access = await open()
})
afterEach(async () => {
  await records.close()
  await rm(folder, { recursive: true })
})

const signIn = (credential: Credential, peer = AWAY) => access.signIn(credential, peer, undefined)
const failed = WrongCredentialError
const ADDRESS = 'http://127.0.0.1:8787'
const tokenOf = (url = '') => url.replace(`${ADDRESS}/console/#link=`, '')
const link = async () => tokenOf(await access.linkAtStart(ADDRESS))
const setConsolePassword = (store: Records, password: string) => setPassword(store, password, passwords)
const apiKey = async () => (await keys.createApiKey()).apiKey

describe('links', () => {
  test('a link signs in once', async () => {
    const token = await link()
    const { token: session, operator } = await signIn({ link: token })
    assert.deepEqual([operator.by, operator.name], ['link', 'operator'])
    assert.deepEqual(await access.operatorOfSession(session), operator)
    await assert.rejects(signIn({ link: token }), failed)
  })

  test('of many concurrent sign-ins with one link, one succeeds', async () => {
    const token = await link()
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => signIn({ link: token })))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('the link of the first start is valid for a day, later ones for half an hour', async () => {
    const first = await link()
    access = await open()
    const later = await link()
    ahead = HOUR / 2 - 1000
    await signIn({ link: later })
    const late = tokenOf(await createConsoleLink(records, now, undefined))
    ahead += HOUR / 2
    await assert.rejects(signIn({ link: late }), failed)
    ahead = 24 * HOUR - 60_000
    await signIn({ link: first })
    ahead = 0
    const missed = await link()
    ahead = 24 * HOUR
    await assert.rejects(signIn({ link: missed }), failed)
  })

  test('a link is offered at start until there is a password', async () => {
    assert.ok((await (await open()).linkAtStart(ADDRESS)) !== undefined)
    await setConsolePassword(records, PASSWORD)
    assert.equal(await (await open()).linkAtStart(ADDRESS), undefined)
  })

  test('in dev the link is valid while the process runs, from this machine only', async () => {
    await setConsolePassword(records, PASSWORD)
    access = await open('dev')
    const token = await link()
    for (const peer of [HERE, '::1', '::ffff:127.0.0.1', '127.9.9.9']) await signIn({ link: token }, peer)
    for (const peer of [AWAY, '::ffff:192.0.2.7', '127.0.0.1.evil', '', 'fe80::1']) {
      await assert.rejects(signIn({ link: token }, peer), failed, peer)
    }
    access = await open('dev')
    await assert.rejects(signIn({ link: token }, HERE), failed)
  })

  test('a link of the command line has the address of the server, or the given one', async () => {
    assert.equal(await createConsoleLink(records, now, undefined), undefined)
    assert.match(
      (await createConsoleLink(records, now, 'https://c.example')) ?? '',
      /^https:\/\/c\.example\/console\/#link=/,
    )
    await link()
    await access.linkAtStart('http://127.0.0.1:9000')
    assert.match(
      (await createConsoleLink(records, now, undefined)) ?? '',
      /^http:\/\/127\.0\.0\.1:9000\/console\/#link=/,
    )
  })

  test('no link can be recovered from the records', async () => {
    await link()
    const { records: stored } = await records.find({ space: 'console:links', limit: 10 })
    const [record] = stored
    assert.ok(record !== undefined)
    const { hash } = JSON.parse(record.value) as { hash: string }
    for (const text of [record.id, hash, `${record.id}.${hash}`, `${record.id}.${hash}${hash.slice(0, 11)}`, '', '.']) {
      await assert.rejects(signIn({ link: text }), failed)
    }
  })
})

describe('secrets', () => {
  test('a password signs in, a wrong one does not', async () => {
    await assert.rejects(signIn({ secret: PASSWORD }), failed)
    await setConsolePassword(records, PASSWORD)
    assert.equal(await access.passwordSet(), true)
    const { operator } = await signIn({ secret: PASSWORD })
    assert.deepEqual([operator.by, operator.name], ['password', 'operator'])
    await assert.rejects(signIn({ secret: `${PASSWORD}x` }), failed)
    await assert.rejects(signIn({ secret: '' }), failed)
  })

  test('accents match, however the keyboard composes them', async () => {
    await setConsolePassword(records, 'caf\u00e9 caf\u00e9')
    await signIn({ secret: 'cafe\u0301 cafe\u0301' })
  })

  test('an api key signs in, and its session ends with it', async () => {
    const key = await apiKey()
    const { token, operator } = await signIn({ secret: key })
    const id = key.split('_')[1] ?? ''
    assert.deepEqual([operator.by, operator.name], ['key', id])
    assert.ok(await access.operatorOfSession(token))
    assert.equal(await access.stillValid(operator.caller), true)
    await keys.revoke(id)
    assert.equal(await access.operatorOfSession(token), undefined)
    assert.equal(await access.stillValid(operator.caller), false)
    await assert.rejects(signIn({ secret: key }), failed)
  })

  test('a script needs only the api key', async () => {
    const key = await apiKey()
    const operator = await access.operatorOfApiKey(key)
    assert.deepEqual([operator.by, operator.session], ['key', undefined])
    assert.equal(access.stillValid(operator.caller), undefined)
    await assert.rejects(access.operatorOfApiKey(`${key.slice(0, -1)}_`), { code: 'INVALID_CREDENTIALS' })
  })
})

describe('sessions', () => {
  test('survive a restart', async () => {
    const { token, operator } = await signIn({ link: await link() })
    await records.close()
    records = await openSqliteRecords({ file: join(folder, 'records.db') })
    keys = createKeys({ env: 'demo-1abcde', records, ring: (await loadSecrets(folder)).apiSecret, now })
    const { cookieId } = access
    access = await open()
    assert.equal(access.cookieId, cookieId)
    assert.deepEqual(await access.operatorOfSession(token), operator)
  })

  test('end after 12 hours without use, and after 7 days with any use', async () => {
    const { token } = await signIn({ link: await link() })
    for (ahead = 0; ahead < LIFETIME_MS - 60_000; ahead += IDLE_MS - HOUR) {
      assert.ok(await access.operatorOfSession(token), String(ahead))
    }
    ahead = LIFETIME_MS - 60_000
    assert.ok(await access.operatorOfSession(token))
    ahead = LIFETIME_MS + 60_000
    assert.equal(await access.operatorOfSession(token), undefined)
    ahead = 0
    const { token: idle } = await signIn({ link: await link() })
    ahead = IDLE_MS
    assert.equal(await access.operatorOfSession(idle), undefined)
  })

  test('can be ended one at a time and all together', async () => {
    const one = await signIn({ link: await link() })
    const two = await signIn({ link: await link() })
    const unused = await link()
    await access.signOut(one.operator)
    assert.equal(await access.operatorOfSession(one.token), undefined)
    assert.equal(await access.stillValid(one.operator.caller), false)
    assert.equal(await access.stillValid(two.operator.caller), true)
    await access.signOutEverybody(one.operator, AWAY)
    assert.equal(await access.operatorOfSession(two.token), undefined)
    assert.equal(await access.stillValid(two.operator.caller), false)
    await assert.rejects(signIn({ link: unused }), failed)
  })

  test('signing in again in the same browser ends the previous one', async () => {
    const former = await signIn({ link: await link() })
    await access.signIn({ link: await link() }, AWAY, former.operator)
    assert.equal(await access.operatorOfSession(former.token), undefined)
  })

  test('only the exact token is valid', async () => {
    const { token, operator } = await signIn({ link: await link() })
    const id = operator.session?.id ?? ''
    const { token: other } = await signIn({ link: await link() })
    for (const text of [
      id,
      `${id}.`,
      `${token}x`,
      token.slice(0, -1),
      `${id}${other.slice(22)}`,
      token.toLowerCase(),
    ]) {
      assert.equal(await access.operatorOfSession(text), undefined)
    }
  })

  test('expired sessions and links are swept', async () => {
    await signIn({ link: await link() })
    await link()
    assert.equal(await access.sweep(), 0)
    ahead = LIFETIME_MS
    assert.equal(await access.sweep(), 2)
    for (const space of ['console:sessions', 'console:links']) assert.equal(await records.count(space), 0)
  })
})

describe('setting the password', () => {
  test('ends every other session, every link, and keeps the own session', async () => {
    const own = await signIn({ link: await link() })
    const other = await signIn({ secret: await apiKey() })
    const unused = await link()
    await access.setPassword(own.operator, undefined, PASSWORD, AWAY)
    assert.ok(await access.operatorOfSession(own.token))
    assert.equal(await access.operatorOfSession(other.token), undefined)
    await assert.rejects(signIn({ link: unused }), failed)
    await signIn({ secret: PASSWORD })
  })

  test('needs the current one from an operator who signed in by password', async () => {
    await setConsolePassword(records, PASSWORD)
    const { operator, token } = await signIn({ secret: PASSWORD })
    await assert.rejects(access.setPassword(operator, undefined, 'another password', AWAY), failed)
    await assert.rejects(access.setPassword(operator, 'wrong password', 'another password', AWAY), failed)
    await access.setPassword(operator, PASSWORD, 'another password', AWAY)
    assert.ok(await access.operatorOfSession(token))
    await assert.rejects(signIn({ secret: PASSWORD }), failed)
    await signIn({ secret: 'another password' })
  })

  test('needs the current one from everybody once there is one, also from an operator who signed in by link', async () => {
    await setConsolePassword(records, PASSWORD)
    access = await open()
    const { operator } = await signIn({ link: tokenOf(await createConsoleLink(records, now, ADDRESS)) })
    await assert.rejects(access.setPassword(operator, undefined, 'another password', AWAY), failed)
    await access.setPassword(operator, PASSWORD, 'another password', AWAY)
    await signIn({ secret: 'another password' })
  })

  test('is refused to an API key, as a script and in a session, so a leaked key does not outlive its revocation', async () => {
    const key = await apiKey()
    const forbidden = { code: 'ACTION_FORBIDDEN' }
    const script = await access.operatorOfApiKey(key)
    const { operator } = await signIn({ secret: key })
    for (const one of [script, operator]) {
      await assert.rejects(access.setPassword(one, undefined, PASSWORD, AWAY), forbidden)
    }
    assert.equal(await access.passwordSet(), false)
  })

  test('does not restore a session that is being ended', async () => {
    const { operator, token } = await signIn({ link: await link() })
    await Promise.all([access.setPassword(operator, undefined, PASSWORD, AWAY), access.signOut(operator)])
    assert.equal(await access.operatorOfSession(token), undefined)
  })

  test('a password that is replaced while it is checked opens no session', async () => {
    await setConsolePassword(records, PASSWORD)
    const [judged] = await Promise.allSettled([
      signIn({ secret: PASSWORD }),
      setConsolePassword(records, 'another password'),
    ])
    if (judged.status === 'rejected') return
    assert.equal(await access.operatorOfSession(judged.value.token), undefined)
  })
})

describe('wrong attempts', () => {
  const tooMany = (error: unknown) => error instanceof TooManyAttemptsError && error.seconds >= 1 && error.seconds <= 60

  test('ten in a minute from one address, then it has to wait; other addresses do not', async () => {
    await setConsolePassword(records, PASSWORD)
    const wrong = await Promise.allSettled(Array.from({ length: 15 }, () => signIn({ secret: 'wrong password' })))
    const reasons = wrong.map((result) => result.status === 'rejected' && result.reason)
    assert.equal(reasons.filter((reason) => reason instanceof WrongCredentialError).length, 10)
    assert.equal(reasons.filter((reason) => reason instanceof TooManyAttemptsError).length, 5)
    await assert.rejects(signIn({ secret: PASSWORD }), tooMany)
    await signIn({ secret: PASSWORD }, '198.51.100.1')
    ahead = 60_000
    await signIn({ secret: PASSWORD })
  })

  test('links and keys are counted, too, but a right one is always accepted', async () => {
    for (let count = 0; count < 5; count += 1) await assert.rejects(signIn({ link: 'wrong' }), failed)
    for (let count = 0; count < 5; count += 1) await assert.rejects(signIn({ secret: 'cs_wrong' }), failed)
    await assert.rejects(signIn({ link: 'wrong' }), tooMany)
    await assert.rejects(signIn({ secret: 'cs_wrong' }), tooMany)
    await signIn({ secret: await apiKey() })
    await signIn({ link: await link() })
  })

  test('wrong links and keys do not keep a right password out', async () => {
    await setConsolePassword(records, PASSWORD)
    for (let count = 0; count < 10; count += 1) await assert.rejects(signIn({ link: 'wrong' }), failed)
    await assert.rejects(signIn({ link: 'wrong' }), tooMany)
    await signIn({ secret: PASSWORD })
  })

  test('right ones do not count', async () => {
    await setConsolePassword(records, PASSWORD)
    for (let count = 0; count < 12; count += 1) await signIn({ secret: PASSWORD })
  })

  test('all addresses of an IPv6 network count as one', async () => {
    for (let host = 1; host <= 10; host += 1) {
      await assert.rejects(signIn({ link: 'wrong' }, `2001:db8:1:2::${host.toString(16)}`), failed)
    }
    await assert.rejects(signIn({ link: 'wrong' }, '2001:db8:1:2:ffff:1:2:3'), tooMany)
    await assert.rejects(signIn({ link: 'wrong' }, '2001:db8:1:3::1'), failed)
  })

  test('no secret is logged', async () => {
    await setConsolePassword(records, PASSWORD)
    const key = await apiKey()
    const token = tokenOf(await createConsoleLink(records, now, ADDRESS))
    const secrets = [token, key, PASSWORD]
    secrets.push((await signIn({ link: token })).token, (await signIn({ secret: key })).token)
    secrets.push((await signIn({ secret: PASSWORD })).token)
    for (const secret of secrets) assert.ok(secret !== '' && !logged.join('\n').includes(secret))
    assert.equal(logged.length, 3)
  })
})

describe('the security log', () => {
  test('has sign-ins, refused ones and passwords, newest first, and no secret', async () => {
    const token = await link()
    const { operator } = await signIn({ link: token })
    ahead = 1
    await assert.rejects(signIn({ secret: 'a wrong password' }), failed)
    ahead = 2
    await access.setPassword(operator, undefined, PASSWORD, AWAY)
    const { items } = await securityLog().list({})
    assert.deepEqual(
      items.map(({ kind, by, about, address }) => [kind, by, about, address]),
      [
        ['password-set', 'operator', undefined, AWAY],
        ['sign-in-refused', undefined, 'password', AWAY],
        ['signed-in', 'operator', 'link', AWAY],
      ],
    )
    for (const secret of [token, PASSWORD, 'a wrong password']) assert.ok(!JSON.stringify(items).includes(secret))
  })

  test('is bounded, and refused sign-ins push nothing else out', async () => {
    const log = securityLog()
    await log.record({ kind: 'key-created', about: 'first' })
    for (let count = 0; count < 1_020; count += 1) {
      ahead += 1_100
      await log.record({ kind: 'sign-in-refused', about: String(count) })
    }
    const all = []
    for (let after: string | undefined; ; ) {
      const { items, next } = await log.list({ after, limit: 500 })
      all.push(...items)
      if (next === undefined) break
      after = next
    }
    assert.deepEqual([all.length, all.at(-1)?.about, all[0]?.about], [1_001, 'first', '1019'])
    await assert.rejects(log.list({ after: 'no cursor!' }), { code: 'INVALID_PARAM' })
  })
})
