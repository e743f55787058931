import type { Locator, Page } from 'playwright-core'
import { fixture, ProgramBrowser } from './program-browser.ts'

/** A recorded event of a page of the fixture: id of the element, name and detail of the event. */
type Recorded = [id: string, type: string, detail: unknown]

/** A page of the fixture `elements` in Chromium. */
export class ElementsPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }

  find(selector: string): Locator {
    return this.page.locator(`.page-frame.is-shown ${selector}`)
  }

  async events(id?: string, type?: string): Promise<Recorded[]> {
    const lines = await this.find('.log > wx-view').allTextContents()
    const all = lines.map((line) => JSON.parse(line) as Recorded)
    return all.filter(([from, name]) => (id ?? from) === from && (type ?? name) === name)
  }

  /** Waits for the `count`th event of an element and returns its detail. */
  async event(id: string, type: string, count = 1): Promise<unknown> {
    const start = `["${id}","${type}",`
    const selector = '.page-frame.is-shown .log > wx-view'
    await this.page.waitForFunction(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((line) => line.textContent.startsWith(${JSON.stringify(start)})).length >= ${count}`,
    )
    return (await this.events(id, type))[count - 1]?.[2]
  }

  /** A computed style of an element. */
  style(selector: string, property: string): Promise<string> {
    const [where, name] = [JSON.stringify(`.page-frame.is-shown ${selector}`), JSON.stringify(property)]
    return this.page.evaluate(`getComputedStyle(document.querySelector(${where})).getPropertyValue(${name})`)
  }

  /** Width and height on the screen. */
  async size(selector: string): Promise<[number, number]> {
    const box = await this.find(selector).boundingBox()
    return [Math.round(box?.width ?? 0), Math.round(box?.height ?? 0)]
  }

  /** Drags with the mouse from the middle of an element. */
  async drag(selector: string, x: number, y: number): Promise<void> {
    await this.find(selector).scrollIntoViewIfNeeded()
    const box = await this.find(selector).boundingBox()
    const [fromX, fromY] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2]
    await this.page.mouse.move(fromX, fromY)
    await this.page.mouse.down()
    await this.page.mouse.move(fromX + x, fromY + y, { steps: 5 })
    await this.page.mouse.up()
  }

  /** Waits until an expression in the page is true. */
  async until(expression: string): Promise<void> {
    await this.page.waitForFunction(expression)
  }
}

/** Serves the fixture and opens its pages, each in a new profile. */
export async function openElements(): Promise<{
  open(name: string): Promise<ElementsPage>
  close(): Promise<void>
}> {
  const browser = await ProgramBrowser.launch()
  const server = await browser.serve({ project: fixture('elements'), user: 'alice' })
  return {
    async open(name) {
      const { page } = await browser.open(server, `/?path=pages/${name}/${name}`)
      return new ElementsPage(page)
    },
    close: () => browser.close(),
  }
}
