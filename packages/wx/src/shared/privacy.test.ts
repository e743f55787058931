import assert from 'node:assert/strict'
import { test } from 'node:test'
import { phoneFor, settled } from '../testing/phone.ts'
import type { PrivacyAnswer } from './privacy.ts'

const picture = { name: 'a.png', bytes: new Uint8Array(3) }

test('privacy: the calls answer by callback and never return a promise', async (t) => {
  const phone = phoneFor(t)
  const { wx } = phone
  assert.equal(wx.getPrivacySetting({}), undefined)
  assert.equal(wx.requirePrivacyAuthorize(), undefined)
  const setting = () =>
    settled<{ needAuthorization: boolean; privacyContractName: string }>((c) => wx.getPrivacySetting(c))
  assert.equal((await setting()).needAuthorization, false)
  assert.deepEqual(await settled((c) => wx.requirePrivacyAuthorize(c)), { errMsg: 'requirePrivacyAuthorize:ok' })
  phone.setPrivacy('refused')
  assert.equal((await setting()).needAuthorization, true)
  await assert.rejects(
    settled((c) => wx.requirePrivacyAuthorize(c)),
    { errMsg: 'requirePrivacyAuthorize:fail privacy permission is not authorized', errno: 104 },
  )
})

test('privacy: not asked yet: the listener is called once, and its answer is kept', async (t) => {
  for (const [event, allowed] of [
    ['agree', true],
    ['disagree', false],
  ] as const) {
    const { wx } = phoneFor(t, { privacy: 'ask', media: [picture] })
    const asked: string[] = []
    wx.onNeedPrivacyAuthorization((resolve: (answer: PrivacyAnswer) => void, { referrer }) => {
      asked.push(referrer)
      resolve({ event: 'exposureAuthorization' })
      setImmediate(() => resolve({ event, buttonId: 'yes' }))
    })
    for (let round = 0; round < 2; round += 1) {
      const picked = wx.chooseMedia()
      if (allowed) assert.equal((await picked).tempFiles.length, 1)
      else await assert.rejects(picked, { errno: 104 })
    }
    assert.deepEqual(asked, ['chooseMedia'])
  }
})

test('privacy: not asked yet and no listener: the user agrees in the popup of WeChat', async (t) => {
  const { wx } = phoneFor(t, { privacy: 'ask', media: [picture] })
  assert.equal((await wx.chooseMedia()).tempFiles.length, 1)
})
