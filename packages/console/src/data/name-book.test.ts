import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { NamedUser } from '@cloudstead/admin-api'
import { createNameBook } from './name-book.ts'

const mia: NamedUser = { id: 'oDEVmia', uid: 'u1', loginType: 'WECHAT_OPEN', name: 'mia' }

function open(answer: (ids: readonly string[]) => readonly NamedUser[] | undefined = () => [mia]) {
  const asked: (readonly string[])[] = []
  let time = 0
  const book = createNameBook({
    ask: async (ids) => {
      asked.push(ids)
      return answer(ids)
    },
    now: () => time,
  })
  /** Until a request that was asked for has been answered. */
  const settle = () => setTimeout(60)
  return { book, asked, settle, pass: (ms: number) => (time += ms) }
}

test('ids that are asked for together are one request, and each id is asked for once', async () => {
  const { book, asked, settle } = open()
  for (const id of ['oDEVmia', 'nobody', 'oDEVmia']) book.want(id)
  assert.equal(book.of('oDEVmia'), undefined)
  await settle()
  assert.deepEqual(asked, [['oDEVmia', 'nobody']])
  assert.equal(book.of('oDEVmia')?.name, 'mia')
  assert.equal(book.of('nobody'), undefined)
  for (const id of ['oDEVmia', 'nobody']) book.want(id)
  await settle()
  assert.equal(asked.length, 1)
})

test('an id of nobody is asked for again after a while, because a first login may have come', async () => {
  const { book, asked, settle, pass } = open()
  for (const id of ['oDEVmia', 'nobody']) book.want(id)
  await settle()
  pass(30_000)
  for (const id of ['oDEVmia', 'nobody']) book.want(id)
  await settle()
  assert.deepEqual(asked.at(-1), ['nobody'])
})

test('texts that cannot be ids are not asked for, and many ids are several requests', async () => {
  const { book, asked, settle } = open()
  book.want('')
  book.want('x'.repeat(129))
  await settle()
  assert.deepEqual(asked, [])
  for (let number = 0; number < 501; number++) book.want(`id${number}`)
  await settle()
  assert.deepEqual(
    asked.map(({ length }) => length),
    [500, 1],
  )
})

test('after a failure the ids are shown, and asked for again after a while', async () => {
  let fails = true
  const { book, asked, settle, pass } = open(() => {
    if (fails) throw new Error('the server cannot be reached')
    return [mia]
  })
  book.want('oDEVmia')
  await settle()
  book.want('oDEVmia')
  await settle()
  assert.equal(asked.length, 1)
  fails = false
  pass(30_000)
  book.want('oDEVmia')
  await settle()
  assert.equal(book.of('oDEVmia')?.name, 'mia')
})

test('an operator who may not see users is not asked for again, until another one signs in', async () => {
  const { book, asked, settle, pass } = open(() => undefined)
  book.want('oDEVmia')
  await settle()
  pass(30_000)
  book.want('other')
  await settle()
  assert.deepEqual(asked, [['oDEVmia']])
  book.clear()
  book.want('other')
  await settle()
  assert.equal(asked.length, 2)
})

test('an answer that arrives after everything was forgotten is ignored', async () => {
  const { book, asked, settle } = open()
  book.want('oDEVmia')
  await settle()
  book.clear()
  assert.equal(book.of('oDEVmia'), undefined)
  book.want('oDEVmia')
  await settle()
  assert.equal(asked.length, 2)
  const answer = Promise.withResolvers<readonly NamedUser[]>()
  const late = createNameBook({ ask: () => answer.promise, now: () => 0 })
  late.want('oDEVmia')
  await settle()
  late.clear()
  answer.resolve([mia])
  await settle()
  assert.equal(late.of('oDEVmia'), undefined)
})
