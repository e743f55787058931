/**
 * `npm run bench`: measures the server against ceilings of the same run and prints one table.
 *
 *   node bench/run.ts [group ...] [--quick] [--json FILE] [--dir DIRECTORY] [--cpu-prof DIRECTORY]
 */
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { FULL, type Group, QUICK, runGroup } from './group.ts'
import { documentGroup } from './groups/document.ts'
import { gatewayGroup } from './groups/gateway.ts'
import { getGroup } from './groups/get.ts'
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
import { renderTable } from './results-table.ts'

const GROUPS: readonly Group[] = [
  uploadGroup,
  urlsGroup,
  getGroup,
  documentGroup,
  gatewayGroup,
  rulesGroup,
  startGroup,
  memoryGroup,
  postgresGroup,
  serversGroup,
  s3Group,
]
/** `f_type` of a file system in memory, where syncs have no effect. */
const TMPFS = 0x01021994

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
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

const disk = resolve(values.dir ?? tmpdir())
const directory = mkdtempSync(join(disk, 'cloudstead-bench-'))
const inMemory = statfsSync(directory).type === TMPFS
const cores = findCores()
const load = startLoad(cores?.load)
const print = (line: string) => process.stdout.write(`${line}\n`)
const where = {
  date: new Date().toISOString(),
  node: process.version,
  machine: `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  pinned: cores === undefined ? 'no' : `servers on core ${cores.server}, load on core ${cores.load}`,
  disk: inMemory ? 'in memory, so uploads and updates are not durable; choose another with --dir' : directory,
  loadBefore: loadavg(),
}
print(`${where.date}, Node ${where.node}, ${where.machine}; pinned: ${where.pinned}; disk: ${where.disk}`)

const rows: Row[] = []
try {
  for (const group of chosen) {
    const progress = (line: string) => print(`  ${group.name}: ${line}`)
    const lacks = group.lacks?.()
    if (lacks) {
      progress(`left out: ${lacks}`)
      continue
    }
    const scale = values.quick ? QUICK : FULL
    const options = { scale, load, cores, directory: join(directory, group.name), disk, progress, nodeArgs }
    rows.push(...(await runGroup(group, options)))
  }
} catch (error) {
  process.stderr.write(`measuring failed: ${(error as Error).stack}\n`)
  process.exitCode = 1
} finally {
  await load.stop()
  rmSync(directory, { recursive: true, force: true })
}

const loadAfter = loadavg()
const short = (load: readonly number[]) => load.map((value) => value.toFixed(2)).join(' ')
print(
  `\n${renderTable(rows)}\nload average (1, 5, 15 min) before ${short(where.loadBefore)}, after ${short(loadAfter)}`,
)
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ ...where, loadAfter, quick: values.quick, rows }, null, 2)}\n`)
}
