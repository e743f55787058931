/** Drives the storage page of the Console as an operator. */
import type { Locator, Page } from 'playwright-core'
import type { OpenedConsole } from './e2e-console.ts'
import { until } from './until.ts'

export interface StorageView {
  readonly page: Page
  readonly grid: Locator
  /** The rows, or what is shown instead. */
  readonly table: Locator
  readonly rows: Locator
  readonly panel: Locator
  readonly uploads: Locator
  readonly dialog: Locator
  /** The row with exactly this name. */
  row(name: string): Locator
  /** The shown names, in order. */
  names(): Promise<readonly string[]>
  /** Waits until exactly these names are shown. */
  shows(...names: readonly string[]): Promise<void>
  /** Opens a folder, or the details of a file. */
  open(name: string): Promise<void>
  /** Ticks rows. */
  select(...names: readonly string[]): Promise<void>
  /** Presses an item in the menu of the row. */
  act(name: string, action: string): Promise<void>
  press(name: string): Promise<void>
  /** Chooses files or a folder in the dialog of the browser. */
  choose(files: Parameters<Locator['setInputFiles']>[0], kind?: 'files' | 'folder'): Promise<void>
  /** Drags files over the middle of the page and drops them, like a file manager. */
  drag(paths: readonly string[]): Promise<{ drop(): Promise<void>; leave(): Promise<void> }>
  /** The number of received lists of files. */
  lists(): number
}

export function storageView({ page }: OpenedConsole): StorageView {
  const grid = page.locator('[role=grid]')
  const rows = grid.locator('[role=rowgroup] [role=row]')
  const dialog = page.locator('dialog[open]').last()
  let lists = 0
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/console/api/storage/files') lists += 1
  })
  const view: StorageView = {
    page,
    grid,
    table: page.locator('.file-table'),
    rows,
    dialog,
    panel: page.locator('aside.side-panel'),
    uploads: page.getByRole('region', { name: /^(Uploads|上传任务)$/ }),
    row: (name) => rows.filter({ has: page.getByText(name, { exact: true }) }),
    names: () => rows.locator('.safe-name').allInnerTexts(),
    async shows(...names) {
      await until(
        'the list',
        () => view.names(),
        (shown) => JSON.stringify(shown) === JSON.stringify(names),
      )
    },
    open: (name) => view.row(name).locator('.entry-open').click(),
    async select(...names) {
      for (const name of names) await view.row(name).getByRole('checkbox').check()
    },
    async act(name, action) {
      await view.row(name).locator('.row-menu button').first().click()
      await view.row(name).getByRole('menuitem', { name: action, exact: true }).click()
    },
    press: (name) => dialog.locator('.dialog-foot').getByRole('button', { name, exact: true }).click(),
    async choose(files, kind = 'files') {
      await page
        .locator('input[type=file]')
        .nth(kind === 'files' ? 0 : 1)
        .setInputFiles(files)
    },
    async drag(paths) {
      const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
      const devtools = await page.context().newCDPSession(page)
      const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
        devtools.send('Input.dispatchDragEvent', {
          type,
          x: width / 2,
          y: height / 2,
          data: { items: [], files: [...paths], dragOperationsMask: 1 },
        })
      await send('dragEnter')
      await send('dragOver')
      return {
        async drop() {
          await send('drop')
        },
        async leave() {
          // The event when the pointer leaves the page, which the protocol cannot trigger.
          await grid.dispatchEvent('dragleave')
        },
      }
    },
    lists: () => lists,
  }
  return view
}
