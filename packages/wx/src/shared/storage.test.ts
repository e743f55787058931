import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createWx } from '../node/create-wx.ts'
import { gate, phoneFor } from '../testing/phone.ts'
import { MAX_VALUE_BYTES } from './storage.ts'

test('storage: JSON values come back equal, as copies', (t) => {
  const { wx } = phoneFor(t)
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.jsonValue({ noUnicodeString: false }), (key, value) => {
      wx.setStorageSync(key, value)
      assert.deepEqual(wx.getStorageSync(key), JSON.parse(JSON.stringify(value)))
      if (typeof value === 'object' && value !== null) assert.notEqual(wx.getStorageSync(key), value)
    }),
  )
})

test('storage: dates, NaN, undefined and missing keys', (t) => {
  const { wx } = phoneFor(t)
  const date = new Date(1234567890123)
  wx.setStorageSync('date', date)
  wx.setStorageSync('nan', Number.NaN)
  wx.setStorageSync('undefined', undefined)
  wx.setStorageSync('nested', { date, gone: undefined })
  assert.deepEqual(wx.getStorageSync('date'), date)
  assert.deepEqual(wx.getStorageSync('nan'), Number.NaN)
  assert.equal(wx.getStorageSync('undefined'), undefined)
  assert.deepEqual(wx.getStorageSync('nested'), { date: date.toISOString() })
  assert.equal(wx.getStorageSync('never set'), '')
})

test('storage: sync forms throw, async forms fail', async (t) => {
  const { wx } = phoneFor(t)
  const wrongKey = 5 as unknown as string
  assert.throws(() => wx.setStorageSync(wrongKey, 1), {
    message: 'setStorageSync:fail parameter error: parameter.key should be String instead of Number;',
  })
  assert.throws(() => wx.setStorageSync('f', () => 1), { message: /^setStorageSync:fail/ })
  assert.throws(() => wx.getStorageSync(wrongKey), { message: /^getStorageSync:fail parameter error/ })
  await assert.rejects(wx.setStorage({ key: '', data: 1 }), { errMsg: /^setStorage:fail parameter error/ })
  await assert.rejects(wx.getStorage({ key: 'none' }), { errMsg: 'getStorage:fail data not found' })
})

test('storage: async forms by promise and by callback', async (t) => {
  const { wx } = phoneFor(t)
  assert.deepEqual(await wx.setStorage({ key: 'a', data: { b: 1 } }), { errMsg: 'setStorage:ok' })
  assert.deepEqual(await wx.getStorage({ key: 'a' }), { data: { b: 1 }, errMsg: 'getStorage:ok' })
  const order: string[] = []
  const completed = gate()
  const returned = wx.getStorage({
    key: 'a',
    success: ({ data }) => order.push(`success ${JSON.stringify(data)}`),
    complete: ({ errMsg }) => {
      order.push(`complete ${errMsg}`)
      completed.open()
    },
  })
  assert.equal(returned, undefined)
  order.push('returned')
  await completed.opened
  assert.deepEqual(order, ['returned', 'success {"b":1}', 'complete getStorage:ok'])
  await wx.removeStorage({ key: 'a' })
  assert.equal(wx.getStorageSync('a'), '')
  wx.setStorageSync('b', 1)
  await wx.clearStorage()
  assert.deepEqual((await wx.getStorageInfo()).keys, [])
})

test('storage: info and the limits of one key and of all', (t) => {
  const { wx } = phoneFor(t)
  wx.setStorageSync('a', 'x'.repeat(2048))
  assert.deepEqual(wx.getStorageInfoSync(), { keys: ['a'], currentSize: 3, limitSize: 10 * 1024 })
  assert.throws(() => wx.setStorageSync('big', 'x'.repeat(MAX_VALUE_BYTES)), { message: /entry size limit/ })
  wx.removeStorageSync('a')
  const nearLimit = 'x'.repeat(MAX_VALUE_BYTES - 100)
  for (let index = 0; index < 10; index += 1) wx.setStorageSync(`k${index}`, nearLimit)
  assert.throws(() => wx.setStorageSync('one more', nearLimit), { message: /exceed storage max size/ })
  wx.setStorageSync('k0', nearLimit)
  assert.equal(wx.getStorageSync('one more'), '')
  wx.removeStorageSync('k0')
  wx.setStorageSync('one more', nearLimit)
  wx.clearStorageSync()
  assert.deepEqual(wx.getStorageInfoSync().keys, [])
})

test('storage: a snapshot is the initial storage of the next run, and instances share nothing', (t) => {
  const first = phoneFor(t, { storage: { given: [1] } })
  first.wx.setStorageSync('token', { t: 1 })
  const second = createWx({ storage: first.storageSnapshot() })
  t.after(() => second.dispose())
  assert.deepEqual(second.wx.getStorageSync('token'), { t: 1 })
  assert.deepEqual(second.wx.getStorageSync('given'), [1])
  second.wx.setStorageSync('token', 'new')
  assert.deepEqual(first.wx.getStorageSync('token'), { t: 1 })
})
