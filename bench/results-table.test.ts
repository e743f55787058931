import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, OTHER, type Row } from './measure.ts'
import { renderCautions, renderCheckouts, renderCpu, renderResults } from './results-table.ts'

/** Two rounds: as fast as the ceiling, then half as fast; processor time 20 us against 10, then 30 against 10. */
function rowOf(name: string, ratioAtLeast: number): Row {
  const side = (requests: number, serverCpuMicros: number) => ({ requests, seconds: 1, serverCpuMicros })
  return compare(name, [side(1000, 20), side(500, 30)], 'bare', [side(1000, 10), side(1000, 10)], { ratioAtLeast })
}

const MEMORY: Row = { name: 'memory', unit: 'MB', ours: 80, aim: { atMost: 75 }, met: false }
const NAMES = /^(?:memory|missed|met|no aim)/gm

test('missed aims come first, and otherwise the order stays', () => {
  const { met, aim, ...noAim } = rowOf('no aim', 1)
  const rows = [rowOf('met', 0.7), noAim, rowOf('missed', 0.8), MEMORY]
  assert.deepEqual(renderResults(rows).match(NAMES), ['missed', 'memory', 'met', 'no aim'])
  assert.deepEqual(renderCpu(rows).match(NAMES), ['missed', 'met', 'no aim'])
})

test('the results have the ratios, the aims and the processor time', () => {
  const lines = renderResults([rowOf('met', 0.7), MEMORY]).split('\n')
  assert.match(lines[2] ?? '', /^memory +80 MB +<= 75 MB +NO$/)
  assert.match(lines[3] ?? '', /^met +750 \/s .* 1,000 \/s +bare +0\.75 \(0\.50 to 1\.00\) +>= 0\.70 +yes +25 : 10$/)
})

test('the table of processor time has ours, bare and the ratio by round', () => {
  const lines = renderCpu([rowOf('met', 0.7)]).split('\n')
  assert.equal(lines[0], 'processor time per request, in microseconds')
  assert.match(lines[3] ?? '', /^met +25 +10 +2\.50 \(2\.00 to 3\.00\) +bare$/)
})

test('without processor time there is no table of it', () => assert.equal(renderCpu([MEMORY]), ''))

test('processor time of a ceiling that cannot be seen is a dash', () => {
  const ours = [{ requests: 10, seconds: 1, serverCpuMicros: 20 }]
  const row = compare('S3', ours, 'raw', [{ requests: 10, seconds: 1 }])
  assert.match(renderCpu([row]), /^S3 +20 +- +raw$/m)
  assert.match(renderResults([row]), /20 : -$/m)
})

test('two checkouts are compared by rate and by processor time', () => {
  const { met, aim, ...row } = { ...rowOf('PUT', 1), against: OTHER }
  assert.match(
    renderCheckouts([row]),
    /^PUT +750 \/s +1,000 \/s +0\.75 \(0\.50 to 1\.00\) +25 +10 +2\.50 \(2\.00 to 3\.00\)$/m,
  )
})

test('each caution is a line', () => {
  assert.equal(renderCautions([MEMORY, { ...MEMORY, caution: 'the load was busy' }]), '! memory: the load was busy\n')
})
