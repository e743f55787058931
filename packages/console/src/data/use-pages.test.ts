import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runHook } from './hook.fixture.ts'
import { usePages } from './use-pages.ts'

interface Asked {
  readonly key: string
  readonly after: string | undefined
  readonly signal: AbortSignal
  answer(items: readonly string[], next?: string): Promise<void>
  fail(error: Error): Promise<void>
}

/** A list whose requests are answered by the test, in any order. */
async function openList({ key = 'a', keepRows = false, showEmpty = false } = {}) {
  const asked: Asked[] = []
  const list = await runHook(
    (filter: string) =>
      usePages<string>({
        key: filter,
        keepRows,
        showEmpty,
        keyOf: (row) => row,
        load: (after, signal) =>
          new Promise((resolve, reject) => {
            asked.push({
              key: filter,
              after,
              signal,
              async answer(items, next) {
                resolve(next === undefined ? { items } : { items, next })
                await list.settle()
              },
              async fail(error) {
                reject(error)
                await list.settle()
              },
            })
          }),
      }),
    key,
  )
  const request = (at: number) => asked[at] ?? assert.fail(`there is no request ${at}`)
  const shown = () => {
    const { rows, hasMore, loading, error } = list.output()
    return { rows: rows.join(' '), hasMore, loading, error: error?.message }
  }
  const act = async (name: 'loadMore' | 'retry' | 'reload', count?: number) => {
    list.output()[name](count)
    await list.settle()
  }
  return { list, asked, request, shown, act }
}

const LOADED = { loading: false, error: undefined }

test('pages follow each other by their cursors, until there is none', async () => {
  const { list, asked, request, shown, act } = await openList()
  assert.deepEqual(shown(), { rows: '', hasMore: false, loading: true, error: undefined })
  await request(0).answer(['1', '2'], 'after-2')
  assert.deepEqual(shown(), { rows: '1 2', hasMore: true, ...LOADED })
  await act('loadMore')
  // The end of the list is reported more than once while a page is on its way.
  await act('loadMore')
  assert.deepEqual([asked.length, request(1).after], [2, 'after-2'])
  assert.deepEqual(shown(), { rows: '1 2', hasMore: true, loading: true, error: undefined })
  await request(1).answer(['3'])
  assert.deepEqual(shown(), { rows: '1 2 3', hasMore: false, ...LOADED })
  await act('loadMore')
  assert.equal(asked.length, 2)
  await list.stop()
})

test('a filter that changes while more is loading gets no rows of the old filter', async () => {
  const { list, asked, request, shown, act } = await openList()
  await request(0).answer(['a1'], 'after-a1')
  await act('loadMore')
  const more = request(1)
  await list.change('b')
  assert.equal(more.signal.aborted, true)
  assert.deepEqual([request(2).key, request(2).after, request(2).signal.aborted], ['b', undefined, false])
  // The aborted request is answered all the same: before the new one, and after it.
  await more.answer(['a2'], 'after-a2')
  assert.deepEqual(shown(), { rows: '', hasMore: false, loading: true, error: undefined })
  await request(2).answer(['b1'], 'after-b1')
  assert.deepEqual(shown(), { rows: 'b1', hasMore: true, ...LOADED })
  await act('loadMore')
  assert.deepEqual([asked.length, request(3).key, request(3).after], [4, 'b', 'after-b1'])
  await list.stop()
})

test('a late answer or failure of an aborted request changes nothing', async () => {
  for (const late of ['answer', 'fail'] as const) {
    const { list, request, shown, act } = await openList()
    await request(0).answer(['a1'], 'after-a1')
    await act('loadMore')
    await list.change('b')
    await request(2).answer(['b1'])
    await (late === 'answer' ? request(1).answer(['a2'], 'after-a2') : request(1).fail(new Error('late')))
    assert.deepEqual(shown(), { rows: 'b1', hasMore: false, ...LOADED })
    await list.stop()
  }
})

test('the first page of an old filter is ignored too, also when its rows are kept meanwhile', async () => {
  const { list, request, shown } = await openList({ keepRows: true })
  await request(0).answer(['a1'], 'after-a1')
  await list.change('b')
  assert.deepEqual(shown(), { rows: 'a1', hasMore: false, loading: true, error: undefined })
  await list.change('c')
  await request(1).answer(['b1'])
  assert.deepEqual(shown(), { rows: 'a1', hasMore: false, loading: true, error: undefined })
  await request(2).answer(['c1'])
  assert.deepEqual(shown(), { rows: 'c1', hasMore: false, ...LOADED })
  await list.stop()
})

test('a failed request is repeated by retry only, with the same cursor', async () => {
  const { list, asked, request, shown, act } = await openList()
  await request(0).fail(new Error('no first page'))
  assert.deepEqual(shown(), { rows: '', hasMore: false, loading: false, error: 'no first page' })
  await act('retry')
  await request(1).answer(['1'], 'after-1')
  await act('loadMore')
  await request(2).fail(new Error('no second page'))
  assert.deepEqual(shown(), { rows: '1', hasMore: true, loading: false, error: 'no second page' })
  await act('loadMore')
  assert.equal(asked.length, 3)
  await act('retry')
  assert.deepEqual([request(3).after, shown().error], ['after-1', undefined])
  await request(3).answer(['2'])
  assert.deepEqual(shown(), { rows: '1 2', hasMore: false, ...LOADED })
  await list.stop()
})

test('a reload keeps the rows until as many as wanted have arrived', async () => {
  const { list, request, shown, act } = await openList()
  await request(0).answer(['1', '2'], 'after-2')
  await act('reload', 3)
  await request(1).answer(['0', '1'], 'after-1')
  assert.deepEqual(shown(), { rows: '1 2', hasMore: false, loading: true, error: undefined })
  assert.equal(request(2).after, 'after-1')
  await request(2).answer(['2', '3'], 'after-3')
  assert.deepEqual(shown(), { rows: '0 1 2 3', hasMore: true, ...LOADED })
  await list.stop()
})

test('changed rows stay changed when another page arrives, and none is listed twice', async () => {
  const { list, request, shown, act } = await openList()
  await request(0).answer(['1', '2'], 'after-2')
  await act('loadMore')
  const { update } = list.output()
  update((rows, hasMore) => [...rows, `more:${hasMore}`, '4'])
  await request(1).answer(['3', '4'])
  assert.equal(shown().rows, '1 2 more:true 4 3')
  await list.change('b')
  update(() => ['foreign'])
  await list.settle()
  assert.equal(shown().rows, '')
  await list.stop()
})

test('the request is aborted when the list goes away', async () => {
  const { list, request } = await openList()
  await list.stop()
  assert.equal(request(0).signal.aborted, true)
})

test('empty pages are passed over, unless each is to be shown', async () => {
  const passing = await openList()
  await passing.request(0).answer([], 'after-0')
  assert.equal(passing.shown().loading, true)
  await passing.request(1).answer(['1'])
  assert.deepEqual(passing.shown(), { rows: '1', hasMore: false, ...LOADED })

  const { request, shown, act, asked } = await openList({ showEmpty: true })
  await request(0).answer([], 'after-0')
  assert.deepEqual(shown(), { rows: '', hasMore: true, ...LOADED })
  assert.equal(asked.length, 1)
  await act('loadMore')
  await request(1).answer(['1'])
  assert.deepEqual(shown(), { rows: '1', hasMore: false, ...LOADED })
})
