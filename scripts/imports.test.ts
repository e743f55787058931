/** Architecture rules: which file may import which, and which may read the process environment. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

interface Import {
  readonly from: string
  /** The path in the repository for relative imports, else the name of the package or of the `node:` module. */
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
/** A program of its own, in which functions run. */
const HOST = 'functions/host/'
const SERVICES = ['auth/', 'storage/', 'database/', 'functions/', 'saved-settings/', 'cluster/'] as const

/** The files of the engines that a service may import: interfaces, cursors, the key encoding, the loops over them, the cache; no implementation. */
const SEAMS =
  /engines\/(?:records\/(?:records|cursor|key-encoding|key-ranges|follow|lease|reindex|retry|walk)|blobs\/(?:blobs|hot-cache))\.ts$/

test('the sources are found', () => {
  assert.ok(SOURCES.length > 30 && production.length > 100)
  assert.ok(production.some(({ from, to }) => from.endsWith('server/src/app.ts') && to.endsWith('http/objects.ts')))
})

const LEAVES: Readonly<Record<string, RegExp>> = {
  'admin-api': /^$/,
  console: /^(?:preact|@preact\/signals|lucide|@cloudstead\/admin-api$)/,
  protocol: /^node:crypto$/,
  rules: /^re2js$/,
  wx: /^(?:node:|esbuild$|glass-easel)/,
}
for (const [name, allowed] of Object.entries(LEAVES)) {
  test(`packages/${name} imports only its own files and ${allowed}`, () => {
    const root = `packages/${name}/src/`
    const own = production.filter(({ from }) => from.startsWith(root))
    assertNone(
      own.filter(({ to }) => !to.startsWith(root) && !allowed.test(to)),
      'a leaf package',
    )
  })
}

for (const service of SERVICES) {
  test(`${service} imports no HTTP, no SQL, no other service and no implementation of an engine`, () => {
    const own = production.filter(({ from }) => within(service)(from) && !within(HOST)(from))
    const allowed = ({ to }: Import) =>
      within(service)(to) ||
      to === `${SERVER}settings.ts` ||
      to === `${SERVER}secrets.ts` ||
      to === `${SERVER}recent.ts` ||
      within('decisions/')(to) ||
      (service === 'saved-settings/' && /server\/src\/(?:config\/|rule-tools\/findings\.ts)/.test(to)) ||
      SEAMS.test(to)
    assertNone(
      own.filter((edge) => edge.to.startsWith('packages/') && !allowed(edge)),
      'services import seams, settings, secrets, what is remembered and the refusal by rules only',
    )
    assertNone(
      own.filter(({ to }) => /^(?:fastify|@fastify\/|node:http|node:sqlite|pino)/.test(to)),
      'services know no transport and no engine',
    )
  })
}

test('engines import neither services nor HTTP', () => {
  const own = production.filter(({ from }) => within('engines/')(from))
  assertNone(
    own.filter(({ to }) => to.startsWith('packages/') && !within('engines/')(to)),
    'engines import only engines',
  )
})

test('migrate imports seams, what opens them, secrets, and what names bytes; no service, no HTTP', () => {
  const own = production.filter(({ from }) => within('migrate/')(from))
  const allowed = ({ to }: Import) =>
    within('migrate/')(to) ||
    SEAMS.test(to) ||
    /server\/src\/(?:cluster\/(?:home|sealed-secrets)|data-dir|secrets|engines\/open|storage\/(?:blob-references|named-blob|store|sweep))\.ts$/.test(
      to,
    )
  assert.ok(own.length > 10)
  assertNone(
    own.filter((edge) => edge.to.startsWith('packages/') && !allowed(edge)),
    'a migration moves records and bytes, whatever they mean',
  )
})

/** The files directly in the server's src folder; everything else is in a subfolder. */
const GROUND_FLOOR = [
  ...['app.ts', 'background.ts', 'cli.ts', 'data-dir.ts', 'open-data.ts'],
  ...['recent.ts', 'secrets.ts', 'settings.ts'],
]

test("the server's src folder contains only the composition root and what every subfolder needs", () => {
  const loose = SOURCES.filter((file) => within('')(file) && !file.slice(SERVER.length).includes('/') && !isTest(file))
  assert.deepEqual(
    loose.filter((file) => !GROUND_FLOOR.includes(file.slice(SERVER.length))),
    [],
  )
})

test('http imports no engine, no command, no configuration and not the composition root', () => {
  const own = production.filter(({ from }) => within('http/')(from))
  const forbidden = (to: string) => /server\/src\/(?:engines\/|app\.ts|commands\/|cli\.ts|config\/)/.test(to)
  assertNone(
    own.filter(({ to }) => forbidden(to)),
    'http imports services',
  )
})

test('implementations of engines are imported only by engines', () => {
  const opens = ({ from, to }: Import) =>
    /engines\/(?:records\/(?:sqlite|postgres)|blobs\/(?:disk|s3))\//.test(to) && !within('engines/')(from)
  assertNone(production.filter(opens), 'engines/open.ts opens them')
})

/** Libraries that users install. Everything else they use through the command line and HTTP. */
const LIBRARIES = /^@cloudstead\/(?:wx|wx\/harness|kit|rules|rules\/testing)$/

test('acceptance, bench and examples import only the libraries that users install, by package name', () => {
  const own = IMPORTS.filter(({ from }) => /^(?:acceptance|bench|examples)\//.test(from))
  const ours = ({ to }: Import) =>
    to.startsWith('packages/') || to === 'cloudstead' || (to.startsWith('@cloudstead/') && !LIBRARIES.test(to))
  assertNone(own.filter(ours), 'black box')
})

test('the program of function processes imports types of the server only', () => {
  const own = production.filter(({ from, to }) => within(HOST)(from) && to.startsWith('packages/') && !within(HOST)(to))
  assertNone(
    own.filter(({ to }) => to !== `${SERVER}functions/call.ts`),
    'it is small, and has no part of the server',
  )
})

test('only cli.ts and the program of function processes read the process environment', () => {
  const readers = SOURCES.filter(
    (file) =>
      file.startsWith('packages/') &&
      !isTest(file) &&
      !within(HOST)(file) &&
      /process\.env\b/.test(readFileSync(file, 'utf8')),
  )
  assert.deepEqual(readers, [`${SERVER}cli.ts`])
})

test('no test uses only, todo, or a skip without a reason', () => {
  const bad = SOURCES.filter(isTest).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => /\b(?:test|it|describe|suite)\.(?:only|todo|skip)\b|\b(?:only|skip|todo): true/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  )
  assert.deepEqual(bad, [])
})

const ALL_SOURCES = globSync(['{packages,acceptance,bench,examples,scripts,tools}/**/*.{ts,tsx}'], {
  exclude: (name) => ['node_modules', 'dist', 'miniprogram_dist', 'miniprogram_npm'].includes(name),
}).sort()

const ALL_IMPORTS = ALL_SOURCES.flatMap(importsOf)

/** What the code of a folder may import besides the folder itself. Tests are exempt. */
const ONE_WAY: Readonly<Record<string, RegExp>> = {
  'packages/kit/src/': /^$/,
  'packages/kit/components/': /^@cloudstead\/kit$/,
  'packages/wx/src/shared/': /^$/,
  'packages/wx/src/node/': /^(?:node:|packages\/wx\/src\/shared\/)/,
  'packages/wx/src/harness/': /^(?:node:|packages\/wx\/src\/(?:shared|node)\/|esbuild$|glass-easel)/,
  // Bundled for browsers: no module of Node.
  'packages/wx/browser/': /^(?:packages\/wx\/src\/shared\/|glass-easel)/,
}
for (const [folder, allowed] of Object.entries(ONE_WAY)) {
  test(`${folder} imports only itself and ${allowed}`, () => {
    const own = ALL_IMPORTS.filter(
      ({ from }) => from.startsWith(folder) && !isTest(from) && !from.includes('/testing/'),
    )
    assert.ok(own.length > 10, 'the scan sees the folder')
    assertNone(
      own.filter(({ to }) => !to.startsWith(folder) && !allowed.test(to)),
      'one way',
    )
  })
}

/** The circles among imports, each as the files on its way. */
function circlesAmong(imports: readonly Import[]): string[] {
  const targets = Map.groupBy(imports, ({ from }) => from)
  const done = new Set<string>()
  const path: string[] = []
  const circles: string[] = []
  const visit = (file: string): void => {
    const at = path.indexOf(file)
    if (at >= 0) circles.push([...path.slice(at), file].join(' -> '))
    if (at >= 0 || done.has(file)) return
    path.push(file)
    for (const { to } of targets.get(file) ?? []) visit(to)
    path.pop()
    done.add(file)
  }
  for (const file of targets.keys()) visit(file)
  return circles
}

test('the search finds circles', () => {
  const edge = (from: string, to: string): Import => ({ from, to })
  assert.deepEqual(circlesAmong([edge('a', 'b'), edge('b', 'c'), edge('a', 'c')]), [])
  assert.deepEqual(circlesAmong([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')]), ['b -> c -> b'])
})

test('imports have no circles, not of types either', () => {
  assert.deepEqual(circlesAmong(ALL_IMPORTS), [])
})

/** The files at the top of folders whose other files belong into subfolders. */
const GROUND_FLOORS: Readonly<Record<string, readonly string[]>> = {
  'packages/kit': ['build.ts', 'wechat.check.ts'],
  'packages/kit/components': [],
  'packages/wx': [],
  'packages/wx/browser': ['contracts.ts', 'css.d.ts', 'main.ts'],
  'packages/wx/src': ['index.ts'],
}
for (const [folder, expected] of Object.entries(GROUND_FLOORS)) {
  test(`${folder} has no loose files`, () => {
    assert.deepEqual(
      ALL_SOURCES.filter((file) => dirname(file) === folder),
      expected.map((name) => join(folder, name)),
    )
  })
}

test('acceptance has only tests at its top', () => {
  assert.deepEqual(
    ALL_SOURCES.filter((file) => dirname(file) === 'acceptance' && !isTest(file)),
    [],
  )
})
