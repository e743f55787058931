import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../testing/http-server.ts'
import { gate, phoneFor, settled } from '../testing/phone.ts'
import { INTERRUPT_AFTER_MS } from './app-lifecycle.ts'
import type { RequestResult } from './request.ts'

test('hidden for longer than the grace period: unfinished calls are interrupted, new ones fail until the program is shown', async (t) => {
  assert.equal(INTERRUPT_AFTER_MS, 5000)
  const phone = phoneFor(t, { interruptAfterMs: 20 })
  const { wx } = phone
  const server = await startServer(t, ({ url }, response) => {
    if (url === '/quick') response.end('ok')
    else phone.background()
  })
  const ask = (path: string) =>
    settled<RequestResult>((callbacks) => wx.request({ url: server.url + path, ...callbacks }))
  const events: string[] = []
  wx.onAppHide(() => events.push('hide'))
  const retried = gate()
  wx.onAppShow(() => {
    events.push('show')
    ask('/quick').then(retried.open, assert.fail)
  })
  await assert.rejects(ask('/never'), { errMsg: 'request:fail interrupted' })
  await assert.rejects(ask('/quick'), { errMsg: 'request:fail network api interrupted in suspend state' })
  phone.foreground()
  await retried.opened
  assert.deepEqual(events, ['hide', 'show'])
})

test('shown within the grace period: nothing is interrupted; off removes listeners', async (t) => {
  const phone = phoneFor(t, { interruptAfterMs: 30 })
  const { wx } = phone
  const go = gate()
  const server = await startServer(t, async (_seen, response) => {
    phone.background()
    phone.foreground()
    await go.opened
    response.end('ok')
  })
  const events: string[] = []
  const hide = (): void => void events.push('hide')
  const show = (): void => void events.push('show')
  wx.onAppHide(hide)
  wx.onAppShow(show)
  setTimeout(go.open, 60)
  const result = await settled<RequestResult>((callbacks) => wx.request({ url: server.url, ...callbacks }))
  assert.equal(result.data, 'ok')
  wx.offAppHide(hide)
  wx.offAppShow()
  phone.background()
  phone.background()
  phone.foreground()
  phone.foreground()
  assert.deepEqual(events, ['hide', 'show'])
})
