import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { lacksChromium } from '../../../../acceptance/support/chromium.ts'
import { type ElementsPage, openElements } from '../testing/elements-page.ts'

describe('partly simulated elements, in Chromium', { skip: lacksChromium() }, () => {
  let elements: Awaited<ReturnType<typeof openElements>>
  let page: ElementsPage
  const warnings: string[] = []
  before(async () => {
    elements = await openElements()
    page = await elements.open('more')
    page.page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text())
    })
    await page.page.reload()
    await page.find('.name').first().waitFor()
  })
  after(() => elements.close())

  it('elements that are not simulated say so on the screen and on the console', async () => {
    assert.equal(await page.find('#map').innerText(), '<map>: not simulated in a browser')
    assert.equal((await page.size('#map'))[1], 150)
    const said = warnings.filter((text) => text.includes('<map>'))
    assert.deepEqual(said, ['[elements] <map> is not simulated here'])
  })

  it('an unknown tag shows its name and its children, and warns once', async () => {
    assert.match(
      await page.page.evaluate("getComputedStyle(document.querySelector('#unknown'), '::before').content"),
      /</,
    )
    assert.equal(await page.find('#unknown').innerText(), 'inside')
    const said = warnings.filter((text) => text.includes('<web-viewer>'))
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /in pages\/more\/more is not known: is it missing from usingComponents\?/)
  })

  it('classes in an attribute are those of the component with the template', async () => {
    assert.equal(await page.style('#scoped .element-placeholder', 'color'), 'rgb(4, 5, 6)')
    await page.find('#hovered').hover()
    await page.page.mouse.down()
    await page.until("getComputedStyle(document.querySelector('#hovered')).color === 'rgb(1, 2, 3)'")
    await page.page.mouse.up()
  })

  it('match-media shows its content if it matches the screen', async () => {
    assert.equal(await page.find('#narrow').isVisible(), true)
    assert.equal(await page.find('#wide').isVisible(), false)
  })

  it('page-container opens and closes, and triggers its events', async () => {
    await page.find('#open').click()
    await page.event('container', 'afterenter')
    assert.equal(await page.find('#container .element-content').isVisible(), true)
    await page.find('#container .element-overlay').click({ position: { x: 20, y: 20 } })
    await page.event('container', 'afterleave')
    assert.deepEqual(
      (await page.events('container')).map(([, type]) => type),
      ['beforeenter', 'afterenter', 'afterleave'],
    )
  })
})
