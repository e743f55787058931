import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_APPID } from '../shared/device.ts'
import { gate, phoneFor } from '../testing/phone.ts'
import { createWx } from './create-wx.ts'

test('login: the code by promise and by callback, a new one each time, or a failure', async (t) => {
  let count = 0
  const { wx } = phoneFor(t, {
    loginCode: () => {
      count += 1
      if (count === 3) throw new Error('system busy')
      return `dev:alice-${count}`
    },
  })
  assert.deepEqual(await wx.login(), { code: 'dev:alice-1', errMsg: 'login:ok' })
  const done = gate()
  const returned = wx.login({
    success: ({ code, errMsg }) => {
      assert.deepEqual([code, errMsg], ['dev:alice-2', 'login:ok'])
      done.open()
    },
  })
  assert.equal(returned, undefined)
  await done.opened
  await assert.rejects(wx.login(), { errMsg: 'login:fail system busy' })
  assert.equal((await phoneFor(t, { loginCode: 'dev:bob' }).wx.login()).code, 'dev:bob')
  assert.equal((await wx.checkSession()).errMsg, 'checkSession:ok')
})

test('device: program and phone have the given properties, and are not QQ', async (t) => {
  const { wx } = phoneFor(t, { appid: 'wxabc', device: { platform: 'ios', brand: 'iPhone', SDKVersion: '2.25.0' } })
  assert.equal(wx.getAccountInfoSync().miniProgram.appId, 'wxabc')
  assert.equal(phoneFor(t).wx.getAccountInfoSync().miniProgram.appId, DEFAULT_APPID)
  const info = wx.getSystemInfoSync()
  assert.deepEqual([info.platform, info.brand, info.SDKVersion], ['ios', 'iPhone', '2.25.0'])
  assert.equal('AppPlatform' in info, false)
  assert.equal(wx.getDeviceInfo().platform, 'ios')
  assert.equal(wx.getAppBaseInfo().SDKVersion, '2.25.0')
  assert.ok(wx.getWindowInfo().windowWidth > 0)
  assert.equal((await wx.getSystemInfo()).platform, 'ios')
})

test('ui: calls are recorded, without their callbacks; a modal is answered', async (t) => {
  const phone = phoneFor(t, { confirmModal: false })
  const { wx } = phone
  await wx.showLoading({ title: 'wait' })
  await wx.hideLoading()
  const shown = gate()
  wx.showToast({ title: 'done', icon: 'success', success: () => shown.open() })
  await shown.opened
  assert.deepEqual(await wx.showModal({ title: 'sure?' }), { confirm: false, cancel: true, errMsg: 'showModal:ok' })
  await wx.hideToast()
  assert.deepEqual(phone.ui, [
    { api: 'showLoading', options: { title: 'wait' } },
    { api: 'hideLoading', options: {} },
    { api: 'showToast', options: { title: 'done', icon: 'success' } },
    { api: 'showModal', options: { title: 'sure?' } },
    { api: 'hideToast', options: {} },
  ])
})

test('base64, nextTick, canIUse; calls that are not simulated are undefined', async (t) => {
  const { wx } = phoneFor(t)
  const buffer = wx.base64ToArrayBuffer('AAH/')
  assert.deepEqual([...new Uint8Array(buffer)], [0, 1, 255])
  assert.equal(wx.arrayBufferToBase64(buffer), 'AAH/')
  const ticked = gate()
  let later = false
  wx.nextTick(() => {
    assert.equal(later, true)
    ticked.open()
  })
  later = true
  await ticked.opened
  assert.equal(wx.canIUse('chooseMedia.object.count'), true)
  assert.equal(wx.canIUse('startLocationUpdate'), false)
  assert.equal(wx.canIUse('toString'), false)
  assert.equal((wx as unknown as Record<string, unknown>).cloud, undefined)
})

test('install: defines the globals, and the returned function restores them', (t) => {
  const globals = globalThis as unknown as Record<string, unknown>
  globals.Page = 'mine'
  t.after(() => delete globals.Page)
  const phone = createWx()
  t.after(() => phone.dispose())
  const undo = phone.install()
  assert.equal(globals.wx, phone.wx)
  assert.equal(globals.App, phone.App)
  assert.equal(globals.Page, phone.Page)
  assert.equal(phone.Page({ data: {} }), undefined)
  undo()
  assert.equal('wx' in globals, false)
  assert.equal('App' in globals, false)
  assert.equal(globals.Page, 'mine')
})
