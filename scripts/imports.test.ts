/** The house's one-way imports, as a test: what may import what, and who may look at the process environment. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

interface Import {
  readonly from: string
  /** A repository path for relative imports, else the package or `node:` name. */
  readonly to: string
}

const SOURCES = globSync(['packages/*/src/**/*.{ts,tsx}', 'acceptance/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'], {
  exclude: (name) => name === 'node_modules' || name === 'dist',
}).sort()

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g,
  )
  return [...found].map((match) => {
    const specifier = match[1] ?? match[2] ?? ''
    return { from: file, to: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier }
  })
}

const IMPORTS = SOURCES.flatMap(importsOf)
const isTest = (file: string) =>
  /\.(test|contract|fixture)\.ts$/.test(file) || /^packages\/wx\/src\/(?:testing|browser-)/.test(file)
const production = IMPORTS.filter(({ from }) => !isTest(from))

function assertNone(broken: readonly Import[], rule: string): void {
  assert.deepEqual(
    broken.map(({ from, to }) => `${from} imports ${to}`),
    [],
    rule,
  )
}

const SERVER = 'packages/server/src/'
const within = (folder: string) => (file: string) => file.startsWith(SERVER + folder)
const SERVICES = ['auth/', 'storage/', 'database/', 'saved-settings/'] as const

/** What a service may know of the engines: the interfaces, cursors, the key encoding, the loops over them, the cache; never an implementation. */
const SEAMS =
  /engines\/(?:records\/(?:records|cursor|key-encoding|key-ranges|retry|walk)|blobs\/(?:blobs|hot-cache))\.ts$/

test('the scan sees the sources', () => {
  assert.ok(SOURCES.length > 30 && production.length > 100)
  assert.ok(production.some(({ from, to }) => from.endsWith('server/src/app.ts') && to.endsWith('http/objects.ts')))
})

const LEAVES: Readonly<Record<string, RegExp>> = {
  'admin-api': /^$/,
  console: /^(?:preact|@preact\/signals|lucide|@cloudstead\/admin-api$)/,
  protocol: /^node:crypto$/,
  rules: /^re2js$/,
  // The browser half is a program of its own; the harness builds it.
  wx: /^(?:node:|packages\/wx\/(?:browser|program)|esbuild$|glass-easel)/,
}
for (const [name, allowed] of Object.entries(LEAVES)) {
  test(`packages/${name} imports nothing of ours and only ${allowed}`, () => {
    const root = `packages/${name}/src/`
    const own = production.filter(({ from }) => from.startsWith(root))
    assertNone(
      own.filter(({ to }) => !to.startsWith(root) && !allowed.test(to)),
      'a leaf package',
    )
  })
}

for (const service of SERVICES) {
  test(`${service} knows no HTTP, no SQL, no other service and no engine behind its seam`, () => {
    const own = production.filter(({ from }) => within(service)(from))
    const allowed = ({ to }: Import) =>
      within(service)(to) ||
      to === `${SERVER}settings.ts` ||
      to === `${SERVER}secrets.ts` ||
      within('decisions/')(to) ||
      (service === 'saved-settings/' && /server\/src\/(?:config\/|rule-tools\/findings\.ts)/.test(to)) ||
      SEAMS.test(to)
    assertNone(
      own.filter((edge) => edge.to.startsWith('packages/') && !allowed(edge)),
      'services import seams, settings, secrets and the refusal by rules only',
    )
    assertNone(
      own.filter(({ to }) => /^(?:fastify|@fastify\/|node:http|node:sqlite|pino)/.test(to)),
      'services know no transport and no engine',
    )
  })
}

test('engines know neither services nor HTTP', () => {
  const own = production.filter(({ from }) => within('engines/')(from))
  assertNone(
    own.filter(({ to }) => to.startsWith('packages/') && !within('engines/')(to)),
    'engines import only engines',
  )
})

/** What stands on the ground floor of the server; everything else has a room. */
const GROUND_FLOOR = ['app.ts', 'background.ts', 'cli.ts', 'data-dir.ts', 'secrets.ts', 'settings.ts']

test('the ground floor of the server holds the composition root and what every room needs, nothing else', () => {
  const loose = SOURCES.filter((file) => within('')(file) && !file.slice(SERVER.length).includes('/') && !isTest(file))
  assert.deepEqual(
    loose.filter((file) => !GROUND_FLOOR.includes(file.slice(SERVER.length))),
    [],
  )
})

test('the HTTP edge never reaches an engine, a command or the composition root', () => {
  const own = production.filter(({ from }) => within('http/')(from))
  const forbidden = (to: string) => /server\/src\/(?:engines\/|app\.ts|commands\/|cli\.ts|config\/)/.test(to)
  assertNone(
    own.filter(({ to }) => forbidden(to)),
    'http imports services',
  )
})

test('only app.ts and the key command open engines', () => {
  const openers = new Set([`${SERVER}app.ts`, `${SERVER}commands/open-keys.ts`])
  const opens = ({ from, to }: Import) =>
    /engines\/(?:records\/sqlite|blobs\/disk)\//.test(to) && !within('engines/')(from)
  assertNone(
    production.filter((edge) => opens(edge) && !openers.has(edge.from)),
    'one composition root',
  )
})

/** Libraries that users install; the rest they meet by command line and HTTP. */
const LIBRARIES = /^@cloudstead\/(?:wx|wx\/harness|kit|rules|rules\/testing)$/

test('acceptance, bench and examples use what users use: libraries by name, the rest by command line and HTTP', () => {
  const own = IMPORTS.filter(({ from }) => /^(?:acceptance|bench|examples)\//.test(from))
  const ours = ({ to }: Import) =>
    to.startsWith('packages/') || to === 'cloudstead' || (to.startsWith('@cloudstead/') && !LIBRARIES.test(to))
  assertNone(own.filter(ours), 'black box')
})

test('nobody but the command line reads the process environment', () => {
  const readers = SOURCES.filter(
    (file) => file.startsWith('packages/') && !isTest(file) && /process\.env\b/.test(readFileSync(file, 'utf8')),
  )
  assert.deepEqual(readers, [`${SERVER}cli.ts`])
})

test('nothing is skipped without a reason on the same line, and nothing runs alone', () => {
  const bad = SOURCES.filter(isTest).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => /\b(?:test|it|describe|suite)\.(?:only|todo|skip)\b|\b(?:only|skip|todo): true/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  )
  assert.deepEqual(bad, [])
})
