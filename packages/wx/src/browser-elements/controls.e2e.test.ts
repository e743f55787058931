import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { type ElementsPage, openElements } from '../testing/elements-page.ts'

describe('form elements, in Chromium', { skip: lacksChromium() }, () => {
  let elements: Awaited<ReturnType<typeof openElements>>
  let page: ElementsPage
  before(async () => {
    elements = await openElements()
  })
  beforeEach(async () => {
    page = await elements.open('controls')
  })
  afterEach(() => page.close())
  after(() => elements.close())

  const value = (selector: string) => page.find(`${selector} input, ${selector} textarea`).first().inputValue()

  it('input: triggers focus, one event per change, confirm and blur', async () => {
    await page.find('#text').click()
    await page.page.keyboard.type('ab')
    await page.page.keyboard.press('Enter')
    await page.event('text', 'blur')
    assert.deepEqual(await page.events('text'), [
      ['text', 'focus', { value: '', height: 0 }],
      ['text', 'input', { value: 'a', cursor: 1, keyCode: 65 }],
      ['text', 'input', { value: 'ab', cursor: 2, keyCode: 66 }],
      ['text', 'confirm', { value: 'ab' }],
      ['text', 'blur', { value: 'ab', cursor: 2 }],
    ])
  })

  it('input: shows a placeholder with a class of the page', async () => {
    assert.equal(await page.style('#text .element-placeholder', 'color'), 'rgb(7, 193, 96)')
    await page.find('#text').click()
    await page.page.keyboard.type('x')
    assert.equal(await page.find('#text .element-placeholder').isVisible(), false)
  })

  it('input: model:value is bound both ways, maxlength limits, a listener may return another text', async () => {
    await page.find('#two-way').click()
    await page.page.keyboard.press('End')
    await page.page.keyboard.type('12345')
    assert.equal(await page.find('#echo').innerText(), 'two12')
    await page.find('#upper').click()
    await page.page.keyboard.type('abc')
    assert.equal(await value('#upper'), 'ABC')
    assert.equal(await page.find('#password input').getAttribute('type'), 'password')
    assert.equal(await page.find('#focus input').getAttribute('inputmode'), 'numeric')
    assert.equal(await page.find('#focus input').getAttribute('enterkeyhint'), 'search')
  })

  it('textarea: grows with its lines', async () => {
    const [, before] = await page.size('#area')
    await page.find('#area').click()
    await page.page.keyboard.type('one')
    await page.page.keyboard.press('Enter')
    await page.page.keyboard.type('two')
    const { lineCount } = (await page.event('area', 'linechange', 2)) as { lineCount: number }
    assert.equal(lineCount, 2)
    assert.ok((await page.size('#area'))[1] > before)
    assert.deepEqual((await page.events('area', 'input')).at(-1)?.[2], { value: 'one\ntwo', cursor: 7, keyCode: 79 })
  })

  it('checkbox: a group reports all values; labels and the keyboard work', async () => {
    await page.find('#check-b').click()
    assert.deepEqual(await page.event('checks', 'change'), { value: ['a', 'b'] })
    await page.find('#label-a').click()
    assert.deepEqual(await page.event('checks', 'change', 2), { value: ['b'] })
    await page.find('#check-a').press(' ')
    assert.deepEqual(await page.event('checks', 'change', 3), { value: ['a', 'b'] })
    await page.find('#check-c').click({ force: true })
    assert.equal((await page.events('checks')).length, 3)
    assert.equal(await page.find('#check-a').getAttribute('role'), 'checkbox')
  })

  it('radio: one of a group; the selected one triggers no event', async () => {
    await page.find('#radio-m').click()
    await page.find('#radio-l').click()
    assert.deepEqual(await page.event('radios', 'change'), { value: 'l' })
    assert.equal(await page.find('#radio-m').getAttribute('aria-checked'), 'false')
    assert.equal((await page.events('radios')).length, 1)
  })

  it('switch: toggles by a tap, and by its label', async () => {
    await page.find('#switch').click()
    assert.deepEqual(await page.event('switch', 'change'), { value: false })
    await page.find('#label-for').click()
    assert.deepEqual(await page.event('switch', 'change', 2), { value: true })
    assert.equal(await page.style('#switch > i', 'width'), '52px')
  })

  it('slider: follows finger and keys in its steps', async () => {
    await page.find('#slider .element-track').press('ArrowRight')
    assert.deepEqual(await page.event('slider', 'change'), { value: 55 })
    const box = await page.find('#slider .element-track > div').boundingBox()
    await page.page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 1)
    assert.deepEqual(await page.event('slider', 'change', 2), { value: 100 })
    assert.deepEqual((await page.events('slider', 'changing')).length, 2)
    assert.equal(await page.find('#slider').innerText(), '100')
  })

  it('form: submits the values of all named controls and resets them', async () => {
    await page.find('#text').click()
    await page.page.keyboard.type('Ann')
    await page.find('#check-b').click()
    await page.find('#submit').click()
    const { value: values } = (await page.event('form', 'submit')) as { value: object }
    assert.deepEqual(values, {
      text: 'Ann',
      twoWay: 'two',
      password: 'secret',
      area: '',
      checks: ['a', 'b'],
      radios: 'm',
      switch: true,
      slider: 50,
      selector: '1',
      date: '2026-11-22',
    })
    await page.find('#reset').click()
    await page.event('form', 'reset')
    await page.find('#submit').click()
    const again = (await page.event('form', 'submit', 2)) as { value: Record<string, unknown> }
    assert.deepEqual([again.value.text, again.value.checks], ['', ['a']])
  })

  const sheet = (name: string) => page.page.locator('.element-sheet').getByText(name, { exact: true })

  it('picker: selector, by click, and cancel', async () => {
    await page.find('#selector').click()
    await sheet('Cherry').click()
    await sheet('OK').click()
    assert.deepEqual(await page.event('selector', 'change'), { value: 2 })
    await page.find('#selector').click()
    await page.page.keyboard.press('Escape')
    await page.event('selector', 'cancel')
    assert.equal(await page.page.locator('.element-sheet').count(), 0)
  })

  it('picker: several columns report each turn', async () => {
    await page.find('#multi').click()
    await sheet('centre').click()
    assert.deepEqual(await page.event('multi', 'columnchange'), { column: 1, value: 2 })
    await sheet('OK').click()
    assert.deepEqual(await page.event('multi', 'change'), { value: [0, 2] })
  })

  it('picker: dates and times stay within start and end', async () => {
    await page.find('#date').click()
    await page.page.locator('.element-wheel').first().press('ArrowDown')
    await sheet('OK').click()
    assert.deepEqual(await page.event('date', 'change'), { value: '2027-02-10' })
    await page.find('#month').click()
    await page.page.locator('.element-wheel').nth(1).press('ArrowUp')
    await sheet('OK').click()
    assert.deepEqual(await page.event('month', 'change'), { value: '2026-10' })
    await page.find('#time').click()
    await page.page.locator('.element-wheel').nth(1).press('ArrowUp')
    await sheet('OK').click()
    assert.deepEqual(await page.event('time', 'change'), { value: '08:29' })
  })

  it('picker-view: reports where its columns come to rest', async () => {
    await page.until("document.querySelector('#view wx-picker-view-column > div').scrollTop === 34")
    await page.page.evaluate("document.querySelectorAll('#view wx-picker-view-column > div')[1].scrollTop = 68")
    assert.deepEqual(await page.event('view', 'change'), { value: [1, 2] })
  })
})
