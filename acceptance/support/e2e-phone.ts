/** Drives the example Mini Program in the browser harness as a user: taps and reads. */
import assert from 'node:assert/strict'
import type { BrowserContext, FileChooser, Locator, Page } from 'playwright-core'
import type { Screenshots } from './e2e-screenshots.ts'

/** Timeout for each step of a page, long enough for a busy machine. */
const STEP_TIMEOUT_MS = 15_000

/** A file in the album. */
export interface AlbumFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** A picture as rendered by the browser. */
export interface DrawnPicture {
  readonly url: string
  /** Natural size, in pixels. */
  readonly width: number
  readonly height: number
}

/** Network errors, which the harness logs; they are no errors of the program. */
const NETWORK_NOISE = /^Failed to load resource|net::ERR_|blocked by CORS policy/

export class OrdersPhone {
  readonly page: Page
  /** Unexpected errors. */
  readonly errors: string[] = []
  readonly #hasTouch: boolean
  readonly #screenshots: Screenshots

  private constructor(page: Page, hasTouch: boolean, screenshots: Screenshots) {
    this.page = page
    this.#hasTouch = hasTouch
    this.#screenshots = screenshots
    page.setDefaultTimeout(STEP_TIMEOUT_MS)
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error' && !NETWORK_NOISE.test(message.text())) this.errors.push(message.text())
    })
  }

  static async open(context: BrowserContext, url: string, screenshots: Screenshots): Promise<OrdersPhone> {
    const page = await context.newPage()
    const hasTouch: boolean = await page.evaluate('navigator.maxTouchPoints > 0')
    const phone = new OrdersPhone(page, hasTouch, screenshots)
    await page.goto(url)
    await phone.at('wx-view').first().waitFor()
    return phone
  }

  /** An element in the top page. */
  at(selector: string): Locator {
    return this.page.locator(`.page-frame.is-shown ${selector}`)
  }

  /** A button of the harness: of a dialog, a sheet or the shell. */
  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** Taps with a finger if there is a touch screen, otherwise clicks. */
  async tap(selector: string): Promise<void> {
    const target = this.at(selector).first()
    if (this.#hasTouch) await target.tap()
    else await target.click()
  }

  /** Waits for the login and returns the openid (R19). */
  async loggedIn(): Promise<string> {
    return this.at('#user-id').innerText()
  }

  /** Goes from the first page to a new order and enters a title. */
  async newOrder(title: string): Promise<void> {
    await this.loggedIn()
    await this.tap('#new-order')
    await this.at('#title input').fill(title)
  }

  /** Taps on the plus sign and on "from the album"; resolves once the file dialog of the browser opens. */
  async album(): Promise<FileChooser> {
    await this.tap('#add')
    return this.choose()
  }

  /** "From the album" in WeChat's sheet. */
  async choose(): Promise<FileChooser> {
    const dialog = this.page.waitForEvent('filechooser')
    await this.button(/从手机相册选择|Choose from Album/).click()
    return dialog
  }

  /** Picks files; resolves once the page shows all of them. */
  async pick(files: readonly AlbumFile[], expected = files.length): Promise<void> {
    const dialog = await this.album()
    await dialog.setFiles([...files])
    await this.tiles('chosen')
      .nth(expected - 1)
      .waitFor()
  }

  tiles(state: 'chosen' | 'waiting' | 'uploading' | 'done' | 'failed'): Locator {
    return this.at(`.tile.${state}`)
  }

  /** Taps on a button that uploads; resolves to the fileIDs that the program logs (R20). */
  async upload(button = '#submit'): Promise<readonly string[]> {
    const printing = this.page.waitForEvent('console', (message) => message.text().startsWith('uploaded'))
    const [message] = await Promise.all([printing, this.tap(button)])
    return (await message.args()[1]?.jsonValue()) as readonly string[]
  }

  /** Waits until all pictures of an order are rendered; fails if there are others, or if one is not rendered. */
  async pictures(count: number, within = '#pictures'): Promise<readonly DrawnPicture[]> {
    // Checked and read in one step, because an expiring URL is replaced at any moment.
    const drawn = await this.page.waitForFunction(`(() => {
      const images = [...document.querySelectorAll('.page-frame.is-shown ${within} wx-image img')]
      const areDrawn = images.every((image) => image.complete && image.naturalWidth > 0)
      return images.length === ${count} && areDrawn &&
        images.map((image) => ({ url: image.src, width: image.naturalWidth, height: image.naturalHeight }))
    })()`)
    return (await drawn.jsonValue()) as readonly DrawnPicture[]
  }

  /** The code and the hint of the error on the page. */
  async problem(within = ''): Promise<{ readonly code: string; readonly hint: string }> {
    const note = this.at(`${within} [role=alert]:has([class*=hint])`)
    return {
      code: (await note.locator('[class*=code]').innerText()).replace(/\W+$/, ''),
      hint: await note.locator('[class*=hint]').innerText(),
    }
  }

  async toastGone(): Promise<void> {
    await this.page.locator('.wxui-toast').waitFor({ state: 'detached' })
  }

  /** Takes a screenshot of the phone or of the whole window. */
  async shot(name: string, of: 'phone' | 'window' = 'phone'): Promise<void> {
    const target = of === 'phone' ? this.page.locator('.phone') : this.page
    await target.screenshot({ animations: 'disabled', path: this.#screenshots.next(name) })
  }

  /** Closes the phone; fails after errors of the program. */
  async close(): Promise<void> {
    await this.page.context().close()
    assert.deepEqual(this.errors, [])
  }
}
