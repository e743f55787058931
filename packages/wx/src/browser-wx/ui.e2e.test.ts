import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { openPhones, type Phones } from '../testing/browser-phone.ts'

describe('what wx shows, in a browser', { skip: lacksChromium(), timeout: 90_000 }, () => {
  let phones: Phones
  before(async () => {
    phones = await openPhones()
  })
  after(() => phones.close())

  it('toasts: one at a time, hidden after their duration, with a role for screen readers', async () => {
    const phone = await phones.open()
    const status = phone.page.getByRole('status')
    assert.deepEqual(await phone.run("return wx.showToast({ title: 'Saved', duration: 600000 })"), {
      errMsg: 'showToast:ok',
    })
    assert.equal(await status.textContent(), 'Saved')
    await phone.run("await wx.showLoading({ title: 'Wait', mask: true })")
    assert.deepEqual(
      [await status.count(), await status.textContent(), await status.getAttribute('aria-busy')],
      [1, 'Wait', 'true'],
    )
    await phone.run('await wx.hideToast({ noConflict: true })')
    assert.equal(await status.count(), 1)
    await phone.run('await wx.hideLoading()')
    assert.equal(await status.count(), 0)
    await phone.run("await wx.showToast({ title: 'No', icon: 'error', duration: 50 })")
    await phone.page.getByRole('alert').waitFor({ state: 'detached' })
    const wrong = await phone.run('return settle((c) => wx.showToast({ ...c }))')
    assert.deepEqual(wrong, {
      failed: { errMsg: 'showToast:fail parameter error: parameter.title should be String instead of Undefined;' },
    })
  })

  it('showModal: confirm, cancel, one button, Escape, an input field; too long button texts', async () => {
    const phone = await phones.open({ language: 'zh_CN' })
    const { page } = phone
    const ask = (options: string): Promise<void> => phone.onTap(`return wx.showModal({ ${options} })`)
    const dialog = page.getByRole('dialog', { name: '删除订单' })
    await ask("title: '删除订单', content: '不能恢复'")
    await dialog.getByRole('button', { name: '确定' }).click()
    assert.deepEqual(await phone.answer(), { ok: { confirm: true, cancel: false, errMsg: 'showModal:ok' } })
    await ask("title: '删除订单', cancelText: '保留'")
    await dialog.getByRole('button', { name: '保留' }).click()
    assert.deepEqual(await phone.answer(), { ok: { confirm: false, cancel: true, errMsg: 'showModal:ok' } })
    await ask("title: '删除订单'")
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    assert.deepEqual(await phone.answer(), { ok: { confirm: false, cancel: true, errMsg: 'showModal:ok' } })
    await ask("title: '删除订单', showCancel: false, confirmText: '知道了'")
    await dialog.waitFor()
    assert.equal(await dialog.getByRole('button').count(), 1)
    await page.keyboard.press('Enter')
    assert.deepEqual(await phone.answer(), { ok: { confirm: true, cancel: false, errMsg: 'showModal:ok' } })
    await ask("title: '删除订单', editable: true, placeholderText: '原因', content: 'a'")
    await dialog.getByPlaceholder('原因').fill('不要了')
    await dialog.getByRole('button', { name: '确定' }).click()
    assert.deepEqual(await phone.answer(), {
      ok: { confirm: true, cancel: false, content: '不要了', errMsg: 'showModal:ok' },
    })
    await ask("confirmText: '一二三四五'")
    assert.deepEqual(await phone.answer(), {
      failed: { errMsg: 'showModal:fail confirmText length should not larger than 4 Chinese characters' },
    })
  })

  it('showActionSheet: an item, cancel, a tap outside, too many items', async () => {
    const phone = await phones.open()
    const { page } = phone
    await phone.onTap("return wx.showActionSheet({ itemList: ['a', 'b'], alertText: 'Which?' })")
    await page.getByRole('dialog', { name: 'Which?' }).getByRole('button', { name: 'b' }).click()
    assert.deepEqual(await phone.answer(), { ok: { tapIndex: 1, errMsg: 'showActionSheet:ok' } })
    await phone.onTap("return wx.showActionSheet({ itemList: ['a'] })")
    await page.getByRole('button', { name: 'Cancel' }).waitFor()
    await page.mouse.click(200, 100)
    assert.deepEqual(await phone.answer(), { failed: { errMsg: 'showActionSheet:fail cancel' } })
    await phone.onTap("return wx.showActionSheet({ itemList: [...'abcdefg'] })")
    assert.deepEqual(await phone.answer(), {
      failed: { errMsg: 'showActionSheet:fail parameter error: itemList should not be large than 6' },
    })
  })

  it('privacy: the popup of WeChat or of the program asks; a refusal has its own error, consent is remembered', async () => {
    const phone = await phones.open({ privacy: 'ask' })
    const { page } = phone
    const setting = 'return (await settle((c) => wx.getPrivacySetting(c))).ok.needAuthorization'
    assert.equal(await phone.run(setting), true)
    await phone.onTap("return wx.chooseMedia({ sourceType: ['album'] })")
    await page.getByRole('dialog', { name: 'Privacy' }).getByRole('button', { name: 'Decline' }).click()
    assert.deepEqual(await phone.answer(), {
      failed: { errMsg: 'chooseMedia:fail privacy permission is not authorized', errno: 104 },
    })
    await phone.run(`window.asked = []
      wx.onNeedPrivacyAuthorization((resolve, { referrer }) => { window.asked.push(referrer); window.agree = () => resolve({ event: 'agree', buttonId: 'b' }) })`)
    const both = phone.run('return Promise.all([1, 2].map(() => settle((c) => wx.requirePrivacyAuthorize(c))))')
    await page.waitForFunction('window.agree')
    await page.evaluate('window.agree()')
    const ok = { ok: { errMsg: 'requirePrivacyAuthorize:ok' } }
    assert.deepEqual(await both, [ok, ok])
    assert.deepEqual(await page.evaluate('window.asked'), ['requirePrivacyAuthorize'])
    assert.equal(await phone.run(setting), false)
    const undeclared = await phones.open({ privacy: 'undeclared' })
    assert.deepEqual(await undeclared.run('return settle((c) => wx.chooseImage(c))'), {
      failed: { errMsg: 'chooseImage:fail api scope is not declared in the privacy agreement', errno: 112 },
    })
  })

  it('authorize: asks once; a refusal is kept until the user changes it in the settings', async () => {
    const phone = await phones.open()
    const { page } = phone
    const authorize = "return settle((c) => wx.authorize({ scope: 'scope.writePhotosAlbum', ...c }))"
    const first = phone.run(authorize)
    await page.getByRole('button', { name: 'Decline' }).click()
    const denied = { failed: { errMsg: 'authorize:fail auth deny' } }
    assert.deepEqual(await first, denied)
    assert.deepEqual(await phone.run(authorize), denied)
    const settings = phone.run('return (await wx.openSetting()).authSetting')
    await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Done' }).click()
    assert.deepEqual(await settings, { 'scope.writePhotosAlbum': true })
    assert.deepEqual(await phone.run(authorize), { ok: { errMsg: 'authorize:ok' } })
    assert.deepEqual(await phone.run("return settle((c) => wx.authorize({ scope: 'scope.x', ...c }))"), {
      failed: { errMsg: 'authorize:fail invalid scope' },
    })
  })

  it('clipboard: returns what was set, and shows a toast', async () => {
    const phone = await phones.open()
    assert.deepEqual(
      await phone.run("await wx.setClipboardData({ data: 'cloud://x' }); return (await wx.getClipboardData()).data"),
      'cloud://x',
    )
    await phone.page.getByRole('status').getByText('Copied').waitFor()
  })
})
