/** The files in deploy/ that no test can run here: what the docs promise about them, and that they contain no secret. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { USAGE } from '../packages/server/src/commands/usage.ts'

const read = (name: string) => readFileSync(`deploy/${name}`, 'utf8')
/** The files that start servers. */
const STARTS = ['compose.yaml', 'kubernetes/deployment.yaml', 'systemd/cloudstead@.service'] as const
const DRAIN = /--drain(?:=|\s+-?\s*"?)(\d+)/

/** The number after a key, in seconds. */
function seconds(text: string, key: RegExp): number {
  const found = new RegExp(`${key.source}[:=] ?(\\d+)`).exec(text)?.[1]
  assert.ok(found !== undefined, String(key))
  return Number(found)
}

for (const name of STARTS) {
  test(`${name}: every option is one of start`, () => {
    const options = read(name).match(/--(?:[a-z]+-)*[a-z]+(?==|\s|$)/gm) ?? []
    const own = options.filter((option) => !OF_OTHERS.has(option))
    assert.ok(own.length >= 7, own.join())
    for (const option of own) assert.ok(USAGE.includes(option), option)
  })

  test(`${name}: has time to drain before it is killed`, () => {
    const text = read(name)
    const drain = Number(DRAIN.exec(text)?.[1])
    assert.ok(drain >= 5)
    const killed = seconds(text, /(?:stop_grace_period|terminationGracePeriodSeconds|TimeoutStopSec)/)
    assert.ok(killed >= drain + 60, `${killed}`)
  })
}

/** Options of other programs in these files. */
const OF_OTHERS = new Set(
  [
    'build',
    'project-directory',
    'username',
    'dbname',
    'encoding',
    'locale',
    'system',
    'home-dir',
    'shell',
    'mode',
    'now',
  ].map((name) => `--${name}`),
)

test('images have exact tags', () => {
  const images = [
    ...read('compose.yaml').matchAll(/image: (\S+)/g),
    ...read('kubernetes/deployment.yaml').matchAll(/image: (\S+)/g),
  ]
  const bases = read('Dockerfile').matchAll(/^FROM (\S+)/gm)
  const names = [...images, ...bases].map(([, name = '']) => name)
  assert.ok(names.length >= 5)
  for (const name of names) assert.match(name, /:(?!latest$)[a-z0-9.-]+$/)
})

test('secrets are placeholders or variables', () => {
  const isSecret = /^\s*-?\s*"?([A-Z_]*(?:MASTER_KEY|PASSWORD|ACCESS_KEY|ACCESS_KEY_ID))"?\s*[:=]\s*(.+)$/gm
  let found = 0
  for (const name of globSync('**/*', { cwd: 'deploy', withFileTypes: true }).filter((entry) => entry.isFile())) {
    for (const [line, , value = ''] of readFileSync(`${name.parentPath}/${name.name}`, 'utf8').matchAll(isSecret)) {
      found += 1
      assert.match(value, /^"?<[^<>]+>"?$|^\$\{[A-Z_]+:\?[^}]+\}$/, line)
    }
  }
  assert.ok(found >= 12, String(found))
})

test('Kubernetes asks /ready before it sends requests, and /health before it restarts', () => {
  const text = read('kubernetes/deployment.yaml')
  assert.match(text, /livenessProbe:\s+httpGet: \{ path: \/health,/)
  assert.match(text, /readinessProbe:\s+httpGet: \{ path: \/ready,/)
  for (const promise of [
    /replicas: 3/,
    /maxUnavailable: 0/,
    /readOnlyRootFilesystem: true/,
    /emptyDir: \{ sizeLimit: /,
  ]) {
    assert.match(text, promise)
  }
})

test('the image runs as another user, stops on SIGTERM and says whether it is alive', () => {
  for (const promise of [/^USER node$/m, /^STOPSIGNAL SIGTERM$/m, /HEALTHCHECK[\s\S]*\/health/])
    assert.match(read('Dockerfile'), promise)
  assert.match(read('compose.yaml'), /read_only: true\s+tmpfs:/)
})

test('all have the same configuration file', () => {
  const [, block = ''] = /cloudstead\.config\.json: \|\n([\s\S]*)$/.exec(read('kubernetes/configmap.yaml')) ?? []
  assert.deepEqual(JSON.parse(block), JSON.parse(read('cloudstead.config.json')))
})
