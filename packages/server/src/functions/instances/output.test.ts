import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createOutput } from './output.ts'

const MARK = '\u0000mark\n'

function outputOf() {
  const live: string[] = []
  const output = createOutput({ mark: MARK, now: () => 1, line: ({ text }) => live.push(text) })
  return { output, live }
}

test('lines are the same however the text is cut into parts', () => {
  const parts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n', '你') }))
  fc.assert(
    fc.property(parts, (texts) => {
      const { output, live } = outputOf()
      const lines = output.begin()
      for (const text of texts) output.push('stdout', text)
      output.end()
      const whole = texts.join('')
      const expected = whole.split('\n')
      if (expected.at(-1) === '') expected.pop()
      assert.deepEqual(
        lines.map(({ text }) => text),
        expected,
      )
      assert.deepEqual(live, expected)
    }),
  )
})

test('the mark is no line, whether a line end comes before it or not', async () => {
  const { output } = outputOf()
  const lines = output.begin()
  const marked = output.marked()
  output.push('stdout', `one\ntwo${MARK}`)
  output.push('stderr', MARK.slice(0, 3))
  output.push('stderr', MARK.slice(3))
  await marked
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['one', 'two'],
  )
})

test('lines after a call belong to it until the next one begins', () => {
  const { output } = outputOf()
  output.push('stdout', 'loading\n')
  const first = output.begin()
  output.push('stdout', 'during\n')
  output.push('stdout', 'after\n')
  const second = output.begin()
  output.push('stdout', 'next\n')
  assert.deepEqual(
    first.map(({ text }) => text),
    ['loading', 'during', 'after'],
  )
  assert.deepEqual(
    second.map(({ text }) => text),
    ['next'],
  )
})

test('what waits for the mark goes on when the process ends', async () => {
  const { output } = outputOf()
  const marked = output.marked()
  output.push('stdout', 'half a line')
  output.end()
  await marked
  assert.deepEqual(
    output.begin().map(({ text }) => text),
    ['half a line'],
  )
})

test('output beyond 1 MB is dropped, empty lines too, and the mark is still seen', async () => {
  for (const text of ['x'.repeat(1000), '\n'.repeat(1000), 'ab\n'.repeat(300)]) {
    const { output, live } = outputOf()
    const lines = output.begin()
    const marked = output.marked()
    for (let n = 0; n < 20_000; n++) output.push('stdout', text)
    output.push('stdout', `end${MARK.slice(0, 4)}`)
    output.push('stdout', MARK.slice(4))
    output.push('stderr', MARK)
    await marked
    assert.ok(lines.length < 20_000, String(lines.length))
    assert.match(lines.at(-1)?.text ?? '', /more output than 1 MB/)
    assert.equal(live.length, lines.length)
    const next = output.begin()
    output.push('stdout', 'next\n')
    assert.deepEqual(
      next.map((line) => line.text),
      ['next'],
    )
  }
})
