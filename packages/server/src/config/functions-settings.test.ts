import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { FunctionsSettings } from '../settings.ts'
import { type ConfigContext, ConfigError, parseConfig } from './index.ts'
import { mergeLayers } from './layers.ts'
import { checkShape } from './schema.ts'

const PLACES = { base: '/srv/app' }

function functions(written: object, places: ConfigContext['functions'] = PLACES): FunctionsSettings {
  return parseConfig(JSON.stringify({ functions: written }), { mode: 'start', functions: places }).functions
}

test('without anything there are no functions, and the documented defaults hold', () => {
  const { rules, ...others } = functions({})
  assert.deepEqual(others, {
    root: undefined,
    http: [],
    env: {},
    defaults: { timeout: 5, memorySize: 256, maxInstances: 10, idle: 60 },
    options: new Map(),
    timers: true,
    timezone: 480,
    watch: true,
    sandbox: true,
  })
  assert.equal(rules.evaluate('pay', { auth: { uid: 'u', loginType: 'ANONYMOUS' }, now: 0 }).allowed, true)
  assert.equal(rules.evaluate('pay', { auth: null, now: 0 }).allowed, false)
})

test('every key of the documented example is understood', () => {
  const settings = functions({
    root: 'cloudfunctions',
    rules: { '*': { invoke: false }, pay: { invoke: true } },
    http: {
      '/getLoginTicket': 'getLoginTicket',
      '/private/': { function: 'inner', auth: true, wholePath: true },
      '/v1/api': { function: 'api2', pathRewrite: { prefix: '/api/' } },
      '/': 'home-page',
    },
    env: { SHOP: 'a' },
    defaults: { timeout: 10 },
    settings: {
      pay: {
        timeout: 900,
        memorySize: 64,
        maxInstances: 1,
        idle: 3600,
        env: { KEY: 'k' },
        handler: 'src/app.handler',
        triggers: [
          { name: 'night', type: 'timer', config: '0 0 2 * * * *' },
          { name: 'often', cron: '*/5 * * * * MON-FRI *' },
        ],
        allow: ['addons', 'child-process', 'read:/srv/data'],
      },
    },
    timers: false,
    timezone: '-03:30',
    watch: false,
    sandbox: false,
  })
  const { rules, options, http, ...others } = settings
  assert.equal(rules.evaluate('pay', { auth: null, now: 0 }).allowed, true)
  assert.deepEqual(others, {
    root: '/srv/app/cloudfunctions',
    env: { SHOP: 'a' },
    defaults: { timeout: 10, memorySize: 256, maxInstances: 10, idle: 60 },
    timers: false,
    timezone: -210,
    watch: false,
    sandbox: false,
  })
  assert.deepEqual(
    http.map(({ path, ...route }) => [path, route]),
    [
      ['/getLoginTicket', { function: 'getLoginTicket', auth: false, wholePath: false }],
      ['/private', { function: 'inner', auth: true, wholePath: true }],
      ['/v1/api', { function: 'api2', auth: false, wholePath: false, rewrite: '/api' }],
      ['/', { function: 'home-page', auth: false, wholePath: false }],
    ],
  )
  assert.deepEqual([...options.keys()], ['pay'])
  assert.deepEqual(options.get('pay')?.triggers, [
    { name: 'night', cron: '0 0 2 * * * *' },
    { name: 'often', cron: '*/5 * * * * MON-FRI *' },
  ])
  assert.equal(options.get('pay')?.handler, 'src/app.handler')
  assert.deepEqual(options.get('constructor'), undefined)
})

test('the directory of the command line beats the configuration, which beats what was found', () => {
  const root = (written: object, places: object) => functions(written, { ...PLACES, ...places }).root
  assert.equal(root({ root: 'a' }, { directory: '/d', fallback: '/f' }), '/d')
  assert.equal(root({ root: '../a' }, { fallback: '/f' }), '/srv/a')
  assert.equal(root({ root: '/abs' }, { fallback: '/f' }), '/abs')
  assert.equal(root({}, { fallback: '/f' }), '/f')
  assert.equal(root({}, {}), undefined)
  assert.equal(parseConfig('{"functions":{"root":"a"}}', { mode: 'start' }).functions.root, undefined)
})

describe('what is refused', () => {
  const one = (settings: object) => ({ settings: { pay: settings } })
  const trigger = (given: object) => one({ triggers: [{ name: 'a', ...given }] })
  const SEVEN = '0 0 2 * * * *'
  for (const [what, written, message] of [
    ['an unknown key', { rot: 'a' }, /unknown key functions\.rot \(did you mean root\?\)/],
    ['rules without *', { rules: { pay: { invoke: true } } }, /functions\.rules: the rule "\*" is missing/],
    [
      'a misspelt rule',
      { rules: { '*': { invok: true } } },
      /unknown key functions\.rules\.\*\.invok \(did you mean invoke\?\)/,
    ],
    [
      'a rule that does not parse',
      { rules: { '*': { invoke: 'a =' } } },
      /functions\.rules\.\*\.invoke: .*unexpected "="/,
    ],
    [
      'a rule of another type',
      { rules: { '*': { invoke: 7 } } },
      /functions\.rules\.\*\.invoke is not valid: expected true, false/,
    ],
    ['an entry without a rule', { rules: { '*': {} } }, /functions\.rules\.\*: "\*" has no "invoke"/],
    [
      'a name in the rules',
      { rules: { '*': { invoke: true }, a: { invoke: true } } },
      /functions\.rules\.a: "a" is not the name/,
    ],
    ['no seconds', one({ timeout: 0 }), /functions\.settings\.pay\.timeout must be >= 1/],
    ['too many seconds', one({ timeout: 901 }), /functions\.settings\.pay\.timeout must be <= 900/],
    ['little memory', one({ memorySize: 63 }), /memorySize must be >= 64/],
    ['much memory', { defaults: { memorySize: 3073 } }, /functions\.defaults\.memorySize must be <= 3072/],
    ['no instances', one({ maxInstances: 0 }), /maxInstances must be >= 1/],
    ['many instances', one({ maxInstances: 1001 }), /maxInstances must be <= 1000/],
    ['idle for long', { defaults: { idle: 3601 } }, /functions\.defaults\.idle must be <= 3600/],
    ['a default that is for one function', { defaults: { env: {} } }, /unknown key functions\.defaults\.env/],
    ['a name of one letter', { settings: { a: {} } }, /functions\.settings: "a" is not a valid name \(2 to 60 letters/],
    ['a name with a dot', { settings: { 'a.b': {} } }, /"a\.b" is not a valid name/],
    [
      'a variable with a dash',
      { env: { 'A-B': '' } },
      /functions\.env: "A-B" is not a valid name .*beginning with a letter/,
    ],
    [
      'a variable that begins with _',
      one({ env: { _A: '' } }),
      /functions\.settings\.pay\.env: "_A" is not a valid name/,
    ],
    ['a variable that is no text', { env: { A: 1 } }, /functions\.env\.A must be string/],
    ['many variables', { env: { A: 'x'.repeat(4096) } }, /functions\.env: .*at most 4096 bytes.*not 4097/],
    [
      'many variables together',
      { env: { A: 'x'.repeat(2048) }, ...one({ env: { B: '名'.repeat(683) } }) },
      /functions\.settings\.pay\.env: .*at most 4096 bytes/,
    ],
    ['a variable with NUL', { env: { A: 'x\0' } }, /functions\.env\.A: a variable has no NUL/],
    ['a route without a slash', { http: { a: 'pay' } }, /functions\.http\.a: a path begins with \//],
    ['a route upwards', { http: { '/a/../b': 'pay' } }, /functions\.http\.\/a\/\.\.\/b: a path/],
    ['a route with an empty segment', { http: { '/a//b': 'pay' } }, /a path begins with/],
    ['a route of slashes', { http: { '//': 'pay' } }, /a path begins with/],
    ['a route with an escape', { http: { '/a%2fb': 'pay' } }, /a path begins with/],
    ['a route with a query', { http: { '/a?b': 'pay' } }, /a path begins with/],
    ['a route of the platform', { http: { '/__auth': 'pay' } }, /\/__auth is reserved/],
    ['a route of the web', { http: { '/.well-known/x': 'pay' } }, /\/\.well-known is reserved/],
    ['a route twice', { http: { '/a': 'pay', '/a/': 'list' } }, /functions\.http: has the path \/a twice/],
    [
      'a route to no function',
      { http: { '/a/b': 'x' } },
      /functions\.http\.\/a\/b is not valid: expected the name of a function or/,
    ],
    ['a route without a function', { http: { '/a': { auth: true } } }, /functions\.http\.\/a is not valid/],
    [
      'a route with an unknown key',
      { http: { '/a': { function: 'pay', enableAuth: true } } },
      /unknown key functions\.http\.\/a\.enableAuth/,
    ],
    [
      'a prefix upwards',
      { http: { '/a': { function: 'pay', pathRewrite: { prefix: '..' } } } },
      /functions\.http\.\/a\.pathRewrite\.prefix: a path/,
    ],
    [
      'a handler upwards',
      one({ handler: '../x.main' }),
      /functions\.settings\.pay\.handler is not valid: expected FILE\.EXPORT/,
    ],
    ['a handler without an export', one({ handler: 'index' }), /expected FILE\.EXPORT/],
    [
      'a timer without a time',
      trigger({}),
      /functions\.settings\.pay\.triggers\.0: a trigger has either "config" or "cron"/,
    ],
    ['a timer with two', trigger({ cron: SEVEN, config: SEVEN }), /has either "config" or "cron"/],
    ['five fields', trigger({ cron: '0 2 * * *' }), /triggers\.0\.cron is not valid: expected seven fields/],
    ['another type of trigger', trigger({ cron: SEVEN, type: 'cos' }), /triggers\.0\.type must be one of "timer"/],
    [
      'a timer twice',
      one({
        triggers: [
          { name: 'a', cron: SEVEN },
          { name: 'a', cron: SEVEN },
        ],
      }),
      /names a twice/,
    ],
    ['an unknown permission', one({ allow: ['network'] }), /allow\.0 is not valid: expected "addons", "child-process"/],
    ['a relative path to read', one({ allow: ['read:data'] }), /allow\.0 is not valid/],
    [
      'a time zone by name',
      { timezone: 'Asia/Shanghai' },
      /functions\.timezone is not valid: expected hours and minutes/,
    ],
    ['a time zone without a place', { timezone: '+15:00' }, /functions\.timezone is not valid/],
    ['watch that is no boolean', { watch: 'no' }, /functions\.watch must be boolean/],
  ] as readonly (readonly [string, object, RegExp])[]) {
    test(what, () => {
      assert.throws(
        () => functions(written),
        (error) => {
          assert.ok(error instanceof ConfigError)
          assert.match(error.message, message)
          assert.match(error.text.zh, /[\u4e00-\u9fff]/)
          return true
        },
      )
    })
  }
})

test('no path of a route leads out of /fn, whatever is written', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '..',
    'a',
    '%2e',
    '%2F',
    '\\',
    '?',
    '#',
    ' ',
    '\n',
    '名',
    '__auth',
    '.well-known',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const written = pieces.join('')
      let path: string | undefined
      try {
        path = functions({ http: { [written]: 'pay' } }).http[0]?.path
      } catch (error) {
        assert.ok(error instanceof ConfigError)
        return
      }
      assert.ok(path?.startsWith('/') && (path === '/' || !path.endsWith('/')))
      assert.equal(decodeURI(new URL(`http://h/fn${path}`).pathname), path === '/' ? '/fn/' : `/fn${path}`)
    }),
    { numRuns: 500 },
  )
})

test('nothing of the functions but their rules can be set outside of the file: whoever changes settings cannot run code from elsewhere', () => {
  const evil: readonly (readonly [string, unknown])[] = [
    ['functions.root', '/tmp/evil'],
    ['functions.http', { '/x': 'evil' }],
    ['functions.env', { NODE_OPTIONS: '--require=/tmp/evil.js' }],
    ['functions.defaults', { timeout: 900 }],
    ['functions.settings', { pay: { handler: 'evil.main', allow: ['child-process'] } }],
    ['functions.settings.pay.handler', 'evil.main'],
    ['functions.timers', false],
    ['functions.timezone', '+00:00'],
    ['functions.watch', false],
    ['functions.sandbox', false],
    ['functions', { sandbox: false }],
  ]
  const context = { mode: 'start', functions: PLACES } as const
  const plain = functions({})
  const saved = evil.map(([key, value]) => ({ key, text: JSON.stringify(value) }))
  const { settings, setAside } = mergeLayers({}, saved, context)
  for (const [key] of evil) assert.match(setAside.get(key)?.en ?? '', /there is no setting/, key)
  assert.deepEqual({ ...settings.functions, rules: 0 }, { ...plain, rules: 0 })
  // The rules can only be rules.
  const rules = { key: 'functions.rules', text: '{"*":{"invoke":false}}' }
  const file = checkShape({ functions: { root: 'mine' } })
  const both = mergeLayers(file, [rules], context)
  assert.equal(both.settings.functions.root, '/srv/app/mine')
  assert.equal(
    both.settings.functions.rules.evaluate('pay', { auth: { uid: 'u', loginType: 'CUSTOM' }, now: 0 }).allowed,
    false,
  )
  const more = { ...rules, text: '{"*":{"invoke":true,"handler":"evil.main"}}' }
  assert.match(mergeLayers({}, [more], context).setAside.get('functions.rules')?.en ?? '', /unknown key/)
})
