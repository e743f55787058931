import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutput, expectSame, StepFailed } from './output.ts'

test('a step with an unexpected result ends the run and prints the expected and the actual value', async () => {
  const { step, steps } = createOutput({ silent: true })
  await step('first', async (show) => show('status', '200'))
  const second = step('second', async () => expectSame('status of the picture', 403, 200))
  await assert.rejects(second, (error) => error instanceof StepFailed && error.message === 'Step 2 failed: second')
  assert.deepEqual(
    steps.map(({ milliseconds: _, ...report }) => report),
    [
      { number: 1, title: 'first', ok: true, values: [{ label: 'status', value: '200' }] },
      {
        number: 2,
        title: 'second',
        ok: false,
        values: [],
        failure: 'status of the picture\n  expected: 200\n  actual:   403',
      },
    ],
  )
})

test('brief: the steps are printed without their values', async (t) => {
  let printed = ''
  t.mock.method(process.stdout, 'write', (text: string) => {
    printed += text
    return true
  })
  const { step } = createOutput({ silent: false, brief: true })
  await step('first', async (show) => show('status', '200'))
  t.mock.restoreAll()
  assert.match(printed, /1\. .*first/)
  assert.doesNotMatch(printed, /status/)
})

test('a step returns its result, and errors of the SDK are printed unchanged', async () => {
  const { step, steps } = createOutput({ silent: true })
  assert.equal(await step('first', async () => 42), 42)
  await assert.rejects(
    step('second', async () => {
      throw new Error('network down')
    }),
    StepFailed,
  )
  assert.equal(steps[1]?.failure, 'network down')
})
