/** Drives the database page of the Console as an operator. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import type { OpenedConsole } from './e2e-console.ts'
import { until } from './until.ts'

const FORMATS = ['JSON', 'JSON lines', 'CSV'] as const

export interface DatabaseView {
  readonly page: Page
  /** The rows of the table. */
  readonly rows: Locator
  readonly panel: Locator
  readonly dialog: Locator
  /** The row that contains this text. */
  row(text: string): Locator
  /** The texts of a column. */
  column(title: string): Promise<readonly string[]>
  /** Waits until a column has exactly these texts. */
  shows(title: string, ...values: readonly string[]): Promise<void>
  /** Opens the document of a row. */
  open(text: string): Promise<void>
  /** The control of a field of the open document, by its path. */
  field(path: string): Locator
  /** Presses a button of the open document. */
  press(name: string): Promise<void>
  /** Saves the open document and waits for the end. */
  save(): Promise<void>
  /** Presses an entry of the menu of a field. */
  change(path: string, entry: string): Promise<void>
  /** Runs a query. */
  find(query: string): Promise<void>
  /** Presses a button in the footer of the open dialog. */
  answer(name: string): Promise<void>
  /** Downloads the collection and returns the text of the file. */
  download(format: (typeof FORMATS)[number]): Promise<string>
}

export function databaseView({ page }: OpenedConsole): DatabaseView {
  const rows = page.locator('[role=grid] [role=rowgroup] [role=row]')
  const panel = page.locator('aside.side-panel')
  const dialog = page.locator('dialog[open]').last()
  const view: DatabaseView = {
    page,
    rows,
    panel,
    dialog,
    row: (text) => rows.filter({ hasText: text }).first(),
    async column(title) {
      const titles = await page.locator('[role=columnheader]').allInnerTexts()
      const at = titles.findIndex((one) => one.trim() === title)
      assert.notEqual(at, -1, `no column ${title} in ${titles}`)
      return rows.evaluateAll((all, index) => all.map((row) => row.children[index]?.textContent ?? ''), at)
    },
    async shows(title, ...values) {
      await until(
        `the column ${title}`,
        () => view.column(title).catch(() => []),
        (shown) => JSON.stringify(shown) === JSON.stringify(values),
      )
    },
    async open(text) {
      await view.row(text).click()
      await panel.locator('.fields, .code-editor').first().waitFor()
    },
    field: (path) => panel.getByLabel(path, { exact: true }),
    press: (name) => panel.getByRole('button', { name, exact: true }).click(),
    async save() {
      await view.press('Save')
      // While saving, the button only shows that it is busy.
      await panel.locator('button:disabled', { hasText: 'Save' }).waitFor()
    },
    async change(path, entry) {
      await panel.getByRole('button', { name: new RegExp(`^Change the (field|element) ${escaped(path)}$`) }).click()
      await panel.locator('.menu:popover-open').getByText(entry, { exact: true }).click()
    },
    async find(query) {
      await page.getByLabel('Query', { exact: true }).fill(query)
      await page.getByRole('button', { name: 'Find' }).click()
    },
    answer: (name) => dialog.locator('.dialog-foot').getByRole('button', { name, exact: true }).click(),
    async download(format) {
      await page.getByRole('button', { name: 'Export', exact: true }).click()
      await dialog.getByRole('radio').nth(FORMATS.indexOf(format)).check()
      const [file] = await Promise.all([page.waitForEvent('download'), view.answer('Download')])
      return readFile(await file.path(), 'utf8')
    },
  }
  return view
}

function escaped(text: string): string {
  return text.replace(/[.[\]]/g, '\\$&')
}
