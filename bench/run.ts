/**
 * `npm run bench`: measures the server against ceilings of the same run, or against the server of another checkout, and prints
 * the tables.
 *
 *   node bench/run.ts [group ...] [--quick] [--against CHECKOUT] [--json FILE] [--dir DIRECTORY] [--cpu-prof DIRECTORY]
 */
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CheckoutError, prepareCheckout } from './checkout.ts'
import { CHECKOUT } from './cloudstead.ts'
import { FULL, type Group, QUICK, runGroup } from './group.ts'
import { documentGroup } from './groups/document.ts'
import { functionsGroup } from './groups/functions.ts'
import { gatewayGroup } from './groups/gateway.ts'
import { getGroup } from './groups/get.ts'
import { growthGroup } from './groups/growth.ts'
import { memoryGroup } from './groups/memory.ts'
import { postgresGroup } from './groups/postgres.ts'
import { rulesGroup } from './groups/rules.ts'
import { s3Group } from './groups/s3.ts'
import { serversGroup } from './groups/servers.ts'
import { startGroup } from './groups/start.ts'
import { uploadGroup } from './groups/upload.ts'
import { urlsGroup } from './groups/urls.ts'
import type { Row } from './measure.ts'
import { findCores, startLoad } from './processes.ts'
import { renderCautions, renderCheckouts, renderCpu, renderResults } from './results-table.ts'

const GROUPS: readonly Group[] = [
  uploadGroup,
  urlsGroup,
  getGroup,
  documentGroup,
  gatewayGroup,
  rulesGroup,
  functionsGroup,
  startGroup,
  memoryGroup,
  growthGroup,
  postgresGroup,
  serversGroup,
  s3Group,
]
/** `f_type` of a file system in memory, where syncs have no effect. */
const TMPFS = 0x01021994
const NOT_COMPARED = 'with --against only groups that measure one server over HTTP run'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    against: { type: 'string' },
    json: { type: 'string' },
    dir: { type: 'string' },
    'cpu-prof': { type: 'string' },
  },
})
const unknown = positionals.filter((name) => !GROUPS.some((group) => group.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `unknown group ${unknown.join(', ')}; the groups are ${GROUPS.map(({ name }) => name).join(', ')}\n`,
  )
  process.exit(1)
}
const profiles = values['cpu-prof']
const nodeArgs = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profiles)}`]
const chosen = GROUPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))

const print = (line: string) => process.stdout.write(`${line}\n`)
const against = values.against === undefined ? undefined : otherCheckout(values.against)

const disk = resolve(values.dir ?? tmpdir())
const directory = mkdtempSync(join(disk, 'cloudstead-bench-'))
const inMemory = statfsSync(directory).type === TMPFS
const cores = findCores()
const load = startLoad(cores?.load)
const where = {
  date: new Date().toISOString(),
  node: process.version,
  machine: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  pinned: cores === undefined ? 'no' : `servers on core ${cores.server}, load on core ${cores.load}`,
  disk: inMemory ? 'in memory, so uploads and updates are not durable; choose another with --dir' : directory,
  loadBefore: loadavg(),
  ...(against !== undefined && { against }),
}
print(`${where.date}, Node ${where.node}, ${where.machine}; pinned: ${where.pinned}; disk: ${where.disk}`)
if (against !== undefined) print(`ours: ${CHECKOUT}; the other: ${against}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

const rows: Row[] = []
try {
  for (const group of chosen) {
    const progress = (line: string) => print(`  ${group.name}: ${line}`)
    const lacks = group.lacks?.() || (against !== undefined && !group.against && NOT_COMPARED)
    if (lacks) {
      progress(`left out: ${lacks}`)
      continue
    }
    const scale = values.quick ? QUICK : FULL
    const options = { scale, load, cores, directory: join(directory, group.name), disk, progress, nodeArgs, against }
    rows.push(...(await runGroup(group, options)))
  }
} catch (error) {
  process.stderr.write(`measuring failed: ${(error as Error).stack}\n`)
  process.exitCode = 1
} finally {
  await load.stop()
}

const loadAfter = loadavg()
const short = (load: readonly number[]) => load.map((value) => value.toFixed(2)).join(' ')
const tables = against === undefined ? [renderResults(rows), renderCpu(rows)] : [renderCheckouts(rows)]
print(`\n${[...tables, renderCautions(rows)].filter((text) => text !== '').join('\n')}`)
print(`load average (1, 5, 15 min) before ${short(where.loadBefore)}, after ${short(loadAfter)}`)
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ ...where, loadAfter, quick: values.quick, rows }, null, 2)}\n`)
}

/** Ends the program if it cannot be measured. */
function otherCheckout(directory: string): string {
  try {
    return prepareCheckout(directory, print)
  } catch (error) {
    if (!(error instanceof CheckoutError)) throw error
    process.stderr.write(`--against: ${error.message}\n`)
    process.exit(1)
  }
}
