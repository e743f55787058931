/** Files in the Console, in a real browser: finding, looking, uploading, moving, deleting, downloading. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser, Download } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type ConsoleFiles, consoleFiles } from './support/console-files.ts'
import { assertAccessible, type ConsoleOptions, type OpenedConsole, openConsole } from './support/e2e-console.ts'
import { type StorageView, storageView } from './support/e2e-console-storage.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { png } from './support/pictures.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { eventually, until } from './support/until.ts'
import { unzip } from './support/unzip.ts'
import { createUser } from './support/users.ts'

/** The place of an upload that is taken is an answer like any other here; the browser calls it an error. */
const TAKEN = /status of 409 .*\/console\/api\/storage\/(uploads|folders)$/

const text = (name: string, content: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) })

describe('the storage page', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  let scratch: string
  let server: RunningServer
  let browser: Browser
  let files: ConsoleFiles
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-storage')
    scratch = await mkdtemp(join(tmpdir(), 'cloudstead-storage-page-'))
    const config = { storage: { acl: 'PRIVATE', maxFileSize: '1MB' } }
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config }), launchChromium()])
    files = consoleFiles(server, await server.apiKey())
  })
  after(async () => {
    await browser.close()
    await server.stop()
    await rm(scratch, { recursive: true })
  })
  beforeEach(async () => {
    const all = await files.list()
    if (all.length > 0) await files.finish('/storage/deletions', { paths: all })
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(
        one.errors.filter((error) => !TAKEN.test(error)),
        [],
      )
    }
  })

  async function open(folder = '', options: ConsoleOptions = {}): Promise<StorageView> {
    const console = await openConsole(browser, server, {
      at: `storage?folder=${encodeURIComponent(folder)}`,
      ...options,
    })
    opened.push(console)
    const view = storageView(console)
    await view.page.locator('[role=grid][aria-busy=false]').waitFor()
    return view
  }

  const shot = ({ page }: StorageView, name: string) => page.screenshot({ path: screenshots.next(name) })
  const stored = async (path: string): Promise<string> => {
    const { url } = await files.call('POST', '/storage/file-urls', { path })
    return (await fetch(url)).text()
  }
  const bytesOf = async (download: Download): Promise<Buffer> => readFile(await download.path())

  it('R21, R25: what a user uploads with the SDK is under users/{openid}/, and the environment is at the top left', async () => {
    const view = await open()
    await view.page.getByText('No files yet').waitFor()
    await assertAccessible(view.page, 'no files')
    await shot(view, 'no-files')
    const alice = await createUser(server, { key: await server.loginKey(), id: 'alice' })
    const fileID = await alice.upload('users/alice/1763_k3.png', png(320, 200))

    await view.page.reload()
    await view.shows('users')
    const environment = view.page.locator('.env code')
    assert.equal(await environment.innerText(), server.env)
    const box = await environment.boundingBox()
    assert.ok(box !== null && box.x < 300 && box.y < 60, JSON.stringify(box))
    await view.open('users')
    await view.shows('alice')
    await view.open('alice')
    await view.shows('1763_k3.png')
    await until(
      'the thumbnail',
      () => view.page.evaluate("document.querySelector('.entry-icon img')?.naturalWidth"),
      (width) => width === 320,
    )

    await view.open('1763_k3.png')
    await view.panel.getByText(fileID, { exact: true }).waitFor()
    await until(
      'the preview',
      () => view.page.evaluate("document.querySelector('img.preview')?.naturalWidth"),
      (width) => width === 320,
    )
    const readers = await view.panel.locator('.readers > li').allInnerTexts()
    assert.deepEqual(
      readers.map((reader) => reader.split('\n')[0]),
      [
        'Users without a login cannot read',
        'Anonymous users cannot read',
        'Other logged-in users cannot read',
        'The owner can read',
      ],
    )
    assert.match(readers[2] ?? '', /PRIVATE lets only the owner read/)
    await assertAccessible(view.page, 'the details of a file')
    await shot(view, 'details')

    await view.panel.getByLabel('Lifetime').selectOption({ label: '10 minutes' })
    await view.panel.getByRole('button', { name: 'Make a URL' }).click()
    const url = await view.panel.locator('.made-url code').innerText()
    assert.deepEqual([(await fetch(url)).status, (await fetch(url.split('?')[0] ?? '')).status], [200, 403])
    await view.panel.getByRole('button', { name: 'Copy fileID' }).click()
    assert.equal(await view.page.evaluate('navigator.clipboard.readText()'), fileID)
  })

  it('goes into folders and back by the browser, opens a link to a file, and searches', async () => {
    for (const path of ['a/b/one.txt', 'a/b/other.txt', 'a/two.txt', 'three.txt']) await files.put(path, path)
    const view = await open()
    await view.shows('a', 'three.txt')
    await view.open('a')
    await view.shows('b', 'two.txt')
    await view.open('b')
    await view.shows('one.txt', 'other.txt')
    await view.page.goBack()
    await view.shows('b', 'two.txt')
    await view.page.getByRole('navigation', { name: 'Folder' }).getByText('All files').click()
    await view.shows('a', 'three.txt')

    await view.page.goto(`${server.url}/console/storage?file=a/b/one.txt`)
    await view.shows('one.txt', 'other.txt')
    await view.panel.getByText('a/b/one.txt', { exact: true }).first().waitFor()
    await view.page.keyboard.press('Escape')

    const search = view.page.getByRole('searchbox')
    await search.fill('ot')
    await view.shows('other.txt')
    await search.fill('zzz')
    await view.page.getByText('No name contains “zzz”').waitFor()
    await assertAccessible(view.page, 'nothing found')
    await view.page.getByRole('button', { name: 'Clear the search' }).click()
    await view.shows('one.txt', 'other.txt')
    await view.page.goto(`${server.url}/console/storage`)
    await view.page.getByLabel('With subfolders').check()
    await view.shows('a/b/one.txt', 'a/b/other.txt', 'a/two.txt', 'three.txt')
  })

  it('uploads chosen files, says how far it is, cancels one and tries it again', async () => {
    const view = await open('drop 箱/')
    const held = Promise.withResolvers<void>()
    await view.page.route('**/u/*', async (route) => {
      await held.promise
      await route.continue().catch(() => {})
    })
    await view.choose(['1.txt', '二.txt', '3.txt', '4.txt'].map((name) => text(name, `this is ${name}`)))
    await view.uploads.getByText('Uploading 4 files').waitFor()
    assert.equal(await view.uploads.getByRole('listitem').filter({ hasText: 'Waiting' }).count(), 1)
    await view.uploads.getByRole('button', { name: 'Cancel 二.txt' }).click()
    await view.uploads.getByText('Uploading 3 files').waitFor()
    await assertAccessible(view.page, 'uploading')
    await shot(view, 'uploading')
    held.resolve()
    await view.uploads.getByText('3 files uploaded').waitFor()
    await view.shows('1.txt', '3.txt', '4.txt')
    await view.uploads.getByRole('button', { name: 'Show the list' }).click()
    await view.uploads.getByRole('button', { name: 'Try 二.txt again' }).click()
    await view.shows('1.txt', '3.txt', '4.txt', '二.txt')
    assert.equal(await stored('drop 箱/二.txt'), 'this is 二.txt')
    await view.uploads.getByRole('button', { name: 'Close the list of uploads' }).click()
    await view.uploads.waitFor({ state: 'detached' })
  })

  it('an upload that fails says why, and can be tried again', async () => {
    const view = await open()
    await view.page.route('**/console/api/storage/uploads', (route) => route.abort(), { times: 1 })
    await view.choose(text('a.txt', 'a'))
    await view.uploads.getByText('The server cannot be reached.').waitFor()
    await shot(view, 'upload-failed')
    await view.uploads.getByRole('button', { name: 'Try the failed ones again' }).click()
    await view.shows('a.txt')
    await view.choose(text('large.txt', 'x'.repeat(1024 * 1024 + 1)))
    await view.uploads.getByText('The file is larger than this environment accepts.').waitFor()
    opened[0]?.errors.splice(0)
  })

  it('asks what to do with a name that is taken: replace, keep both, skip, the same for all', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await files.put(`${name}.txt`, 'old')
    const view = await open()
    const choose = () => view.choose(['a', 'b', 'c', 'd', 'e'].map((name) => text(`${name}.txt`, 'new')))
    const asked = (name: string) => view.dialog.getByText(name, { exact: true }).waitFor()
    await choose()
    await asked('a.txt')
    await assertAccessible(view.page, 'a name that is taken')
    await shot(view, 'name-taken')
    await view.press('Replace')
    await asked('b.txt')
    await view.press('Keep both')
    await asked('c.txt')
    await view.dialog.getByLabel('Do the same for all that follow').check()
    await view.press('Skip')
    await view.shows('a.txt', 'b (2).txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt')
    await view.uploads.getByText('3 files uploaded').waitFor()
    const contents = await Promise.all(['a.txt', 'b.txt', 'b (2).txt', 'c.txt', 'd.txt'].map(stored))
    assert.deepEqual(contents, ['new', 'old', 'new', 'old', 'old'])
  })

  it('takes files and whole folders that are dropped, and a folder that is chosen, with their paths', async () => {
    await mkdir(join(scratch, '相册/2026'), { recursive: true })
    await writeFile(join(scratch, '相册/封面.png'), png(4, 4))
    await writeFile(join(scratch, '相册/2026/1.txt'), 'one')
    await writeFile(join(scratch, 'alone.txt'), 'alone')
    const view = await open('inbox/')
    const dragged = await view.drag([join(scratch, '相册'), join(scratch, 'alone.txt')])
    await view.page.getByText('Drop to upload to inbox/').waitFor()
    await shot(view, 'dragging')
    await dragged.leave()
    await view.page.getByText('Drop to upload to inbox/').waitFor({ state: 'detached' })
    await (await view.drag([join(scratch, '相册'), join(scratch, 'alone.txt')])).drop()
    await view.shows('相册', 'alone.txt')
    await view.uploads.getByText('3 files uploaded').waitFor()
    assert.deepEqual(await files.list({ deep: true }), [
      'inbox/alone.txt',
      'inbox/相册/2026/1.txt',
      'inbox/相册/封面.png',
    ])
    assert.equal(await stored('inbox/相册/2026/1.txt'), 'one')

    await view.page.goto(`${server.url}/console/storage?folder=chosen/`)
    await view.choose(join(scratch, '相册'), 'folder')
    await view.shows('相册')
    await eventually('both files', async () => (await files.list({ folder: 'chosen/', deep: true })).length === 2)
  })

  it('makes a folder, renames, moves and copies; what is in the way is said where it happens', async () => {
    for (const path of ['docs/a.txt', 'docs/b.txt', 'docs/deep/c.txt', 'other/a.txt']) await files.put(path, path)
    const view = await open()
    await view.page.getByRole('button', { name: 'New folder' }).click()
    await view.press('Create')
    await view.dialog.getByText('Enter a name.').waitFor()
    await view.dialog.getByLabel('Name of the folder').fill('docs')
    await view.press('Create')
    await view.dialog.getByText('STORAGE_FILE_EXIST').waitFor()
    await assertAccessible(view.page, 'a folder that exists')
    await view.dialog.getByLabel('Name of the folder').fill('新 文件夹')
    await view.press('Create')
    await view.shows('docs', 'other', '新 文件夹')

    await view.act('docs', 'Rename')
    await view.dialog.getByLabel('New name').fill('other')
    await view.press('Rename')
    await view.dialog.getByText(/A folder with this name already exists/).waitFor()
    await view.dialog.getByLabel('New name').fill('papers')
    await view.press('Rename')
    await view.shows('other', 'papers', '新 文件夹')

    await view.open('papers')
    await view.shows('deep', 'a.txt', 'b.txt')
    await view.act('b.txt', 'Rename')
    await view.dialog.getByLabel('New name').fill('a.txt')
    await view.press('Rename')
    await view.dialog.getByText('A file with this name already exists.').waitFor()
    assert.equal(await view.dialog.getByLabel('New name').inputValue(), 'a.txt')
    await shot(view, 'name-in-the-way')
    await view.press('Cancel')

    await view.open('b.txt')
    await view.panel.getByRole('button', { name: 'Rename' }).click()
    await view.dialog.getByLabel('New name').fill('z.txt')
    await view.press('Rename')
    await view.shows('deep', 'a.txt', 'z.txt')
    await view.panel.getByText('papers/z.txt', { exact: true }).first().waitFor()
    await view.choose(text('z.txt', 'another one'))
    await view.press('Replace')
    await view.panel.getByText('another one').waitFor()
    await view.page.goBack()

    await view.select('a.txt', 'deep')
    await view.page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Move to…' }).click()
    await view.dialog.getByText('They are already in this folder.').waitFor()
    await view.dialog.getByRole('button', { name: 'One folder up' }).click()
    await view.dialog.getByRole('button', { name: 'other', exact: true }).click()
    assert.equal(await view.dialog.getByLabel('Target folder').inputValue(), 'other/')
    await assertAccessible(view.page, 'choosing a folder')
    await shot(view, 'moving')
    await view.press('Move here')
    await view.dialog.getByText('1 failed').waitFor()
    await view.press('Close')
    await view.shows('a.txt', 'z.txt')
    assert.deepEqual(await files.list({ folder: 'other/', deep: true }), ['other/a.txt', 'other/deep/c.txt'])

    await view.act('a.txt', 'Copy to…')
    await view.dialog.getByLabel('Target folder').fill('other')
    await view.dialog.getByLabel('Replace existing files').check()
    await view.press('Copy here')
    await view.page.getByText('1 file copied').waitFor()
    assert.deepEqual([await stored('other/a.txt'), await stored('papers/a.txt')], ['docs/a.txt', 'docs/a.txt'])
    await view.act('a.txt', 'Move to…')
    await view.dialog.getByLabel('Target folder').fill('papers/')
    assert.ok(await view.dialog.getByRole('button', { name: 'Move here' }).isDisabled())
  })

  it('counts what goes before it deletes, and deletes files and folders', async () => {
    for (const path of ['a/1.txt', 'a/b/2.txt', 'c.txt', 'd.txt']) await files.put(path, '12345')
    const view = await open()
    await view.select('a', 'c.txt')
    await view.page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Delete' }).click()
    await view.dialog.getByText('3 files, 15 B. This cannot be undone.').waitFor()
    await assertAccessible(view.page, 'the question before deleting')
    await shot(view, 'deleting')
    await view.press('Cancel')
    await view.shows('a', 'c.txt', 'd.txt')
    await view.page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Delete' }).click()
    await view.press('Delete 3 files')
    await view.page.getByText('3 files deleted').waitFor()
    await view.shows('d.txt')
    assert.deepEqual(await files.list(), ['d.txt'])
  })

  it('downloads one file under its name, and many as a zip', async () => {
    for (const path of ['图/一 1.txt', '图/b/2.txt', 'c.txt']) await files.put(path, path)
    const view = await open()
    const [one] = await Promise.all([view.page.waitForEvent('download'), view.act('c.txt', 'Download')])
    assert.deepEqual([one.suggestedFilename(), String(await bytesOf(one))], ['c.txt', 'c.txt'])
    await view.select('c.txt', '图')
    const [many] = await Promise.all([
      view.page.waitForEvent('download'),
      view.page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Download' }).click(),
    ])
    assert.equal(many.suggestedFilename(), `${server.env}.zip`)
    assert.deepEqual(
      Object.entries(unzip(await bytesOf(many))).map(([name, bytes]) => [name, String(bytes)]),
      [
        ['c.txt', 'c.txt'],
        ['图/b/2.txt', '图/b/2.txt'],
        ['图/一 1.txt', '图/一 1.txt'],
      ],
    )
  })

  it('what cannot be loaded says so where it would be, and is loaded when one tries again', async () => {
    await files.put('a.txt', 'a')
    const view = await open()
    await view.page.route(/\/console\/api\/storage\/files\?/, (route) => route.abort(), { times: 1 })
    await view.page.getByLabel('With subfolders').check()
    await view.table.getByText('The server cannot be reached.').waitFor()
    await assertAccessible(view.page, 'a list that did not load')
    await view.table.getByRole('button', { name: 'Try again' }).click()
    await view.shows('a.txt')
    await view.page.goto(`${server.url}/console/storage?file=none.txt`)
    await view.panel.getByText('STORAGE_FILE_NONEXIST').waitFor()
    opened[0]?.errors.splice(0)
  })
})
