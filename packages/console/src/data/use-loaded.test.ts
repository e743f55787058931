import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runHook } from './hook.fixture.ts'
import { useLoaded } from './use-loaded.ts'

async function open(key = 'a') {
  const asked: (PromiseWithResolvers<string> & { readonly key: string; readonly signal: AbortSignal })[] = []
  const hook = await runHook(
    (input: string) =>
      useLoaded((signal) => {
        const request = { ...Promise.withResolvers<string>(), key: input, signal }
        asked.push(request)
        return request.promise
      }, input),
    key,
  )
  const request = (at: number) => asked[at] ?? assert.fail(`there is no request ${at}`)
  const shown = () => {
    const { value, error, loading } = hook.output()
    return { value, error: error?.message, loading }
  }
  return { hook, request, shown }
}

test('the value stays during a reload and when that fails', async () => {
  const { hook, request, shown } = await open()
  assert.deepEqual(shown(), { value: undefined, error: undefined, loading: true })
  request(0).resolve('one')
  await hook.settle()
  assert.deepEqual(shown(), { value: 'one', error: undefined, loading: false })
  const failing = hook.output().reload()
  await hook.settle()
  assert.deepEqual(shown(), { value: 'one', error: undefined, loading: true })
  request(1).reject(new Error('broken'))
  assert.equal(await failing, undefined)
  await hook.settle()
  assert.deepEqual(shown(), { value: 'one', error: 'broken', loading: false })
  const again = hook.output().reload()
  request(2).resolve('two')
  assert.equal(await again, 'two')
  await hook.settle()
  assert.deepEqual(shown(), { value: 'two', error: undefined, loading: false })
  hook.output().replace('three')
  await hook.settle()
  assert.equal(shown().value, 'three')
  await hook.stop()
})

test('a new key drops the value, and a late answer for the old key is ignored', async () => {
  const { hook, request, shown } = await open()
  request(0).resolve('a1')
  await hook.settle()
  const superseded = hook.output().reload()
  await hook.change('b')
  assert.equal(request(1).signal.aborted, true)
  assert.deepEqual(shown(), { value: undefined, error: undefined, loading: true })
  request(1).resolve('a2')
  assert.equal(await superseded, undefined)
  await hook.settle()
  assert.deepEqual(shown(), { value: undefined, error: undefined, loading: true })
  request(2).resolve('b1')
  await hook.settle()
  assert.deepEqual([shown().value, request(2).key], ['b1', 'b'])
  await hook.stop()
})
