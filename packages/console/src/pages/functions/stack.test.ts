import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStack } from './stack.ts'

const FOLDER = '/home/mia/shop/cloudfunctions'

test('a stack has files below the folder of the function, tells its code from that of packages, and leaves out Node', () => {
  const { place, frames } = readStack(
    `TypeError: Cannot read properties of undefined (reading 'id')
    at Object.get (/home/mia/shop/node_modules/lodash/get.js:7:3)
    at total (${FOLDER}/pay/lib/total.js:12:9)
    at async exports.main (${FOLDER}/pay/index.js:3:18)
    at file://${FOLDER}/pay/other.mjs:4:1
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`,
    'pay',
  )
  assert.deepEqual([place?.file, place?.line], ['pay/lib/total.js', 12])
  assert.deepEqual(
    frames.map(({ caller, file, line, column, own }) => [caller, file, line, column, own]),
    [
      ['Object.get', 'node_modules/lodash/get.js', 7, 3, false],
      ['total', 'pay/lib/total.js', 12, 9, true],
      ['async exports.main', 'pay/index.js', 3, 18, true],
      [undefined, 'pay/other.mjs', 4, 1, true],
    ],
  )
})

test('code that cannot be parsed is where the first line says', () => {
  const { place } = readStack(
    `${FOLDER}/broken/index.js:2\nexports.main = () => {{\n\nSyntaxError: Unexpected end of input\n    at wrapSafe (node:internal/modules/cjs/loader:1:1)`,
    'broken',
  )
  assert.deepEqual(place, { file: 'broken/index.js', line: 2 })
})

test('files elsewhere keep their path, and anything else is no place', () => {
  assert.equal(
    readStack('Error: x\n    at main (/srv/elsewhere/index.js:1:2)', 'pay').place?.file,
    '/srv/elsewhere/index.js',
  )
  assert.deepEqual(readStack('Error: pay:1:2\n at nothing', 'pay'), { place: undefined, frames: [] })
})
