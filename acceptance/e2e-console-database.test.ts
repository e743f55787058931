/** Documents in the Console, in a real browser: looking (R22), finding, editing as what they are, and who was faster. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { lacksChromium, launchChromium } from './support/chromium.ts'
import { type ConsoleDocuments, consoleDocuments } from './support/console-documents.ts'
import { assertAccessible, type ConsoleOptions, type OpenedConsole, openConsole } from './support/e2e-console.ts'
import { type DatabaseView, databaseView } from './support/e2e-console-database.ts'
import { newScreenshots, type Screenshots } from './support/e2e-screenshots.ts'
import { png } from './support/pictures.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { eventually, until } from './support/until.ts'
import { createUser } from './support/users.ts'

/** What the server refuses here on purpose; the browser calls it an error. */
const REFUSED = /status of (400|404|409) .*\/console\/api\/database\//
const CONFIG = {
  storage: { acl: 'PRIVATE' },
  database: {
    collections: {
      orders: { acl: 'PRIVATE', indexes: [{ fields: { no: 1 }, unique: true }] },
      notes: { acl: 'READONLY' },
    },
  },
}
const DOCUMENTS = '/database/collections/orders/documents'

describe('the database page', { skip: lacksChromium() }, () => {
  const opened: OpenedConsole[] = []
  let server: RunningServer
  let browser: Browser
  let api: ConsoleDocuments
  let screenshots: Screenshots

  before(async () => {
    screenshots = newScreenshots('console-database')
    ;[server, browser] = await Promise.all([startServer({ mode: 'dev', config: CONFIG }), launchChromium()])
    api = consoleDocuments(server, await server.apiKey())
  })
  after(async () => {
    await browser.close()
    await server.stop()
  })
  beforeEach(() => api.drop('orders'))
  afterEach(async () => {
    for (const one of opened.splice(0)) {
      await one.close()
      assert.deepEqual(
        one.errors.filter((error) => !REFUSED.test(error)),
        [],
      )
    }
  })

  async function open(query: Record<string, string>, options: ConsoleOptions = {}): Promise<DatabaseView> {
    const at = `database?${new URLSearchParams(query)}`
    const console = await openConsole(browser, server, { at, ...options })
    opened.push(console)
    return databaseView(console)
  }
  const shot = ({ page }: DatabaseView, name: string) => page.screenshot({ path: screenshots.next(name) })
  const add = (document: unknown) => api.call('POST', DOCUMENTS, { document })
  const stored = async (id: unknown) =>
    (await api.call('GET', `/database/collections/orders/document?id=${encodeURIComponent(JSON.stringify(id))}`))
      .document

  it('R22: after a run of the SDK, orders shows images as an array of fileIDs, and the pictures', async () => {
    const alice = await createUser(server, { key: await server.loginKey(), id: 'alice' })
    const images = [
      await alice.upload('users/alice/1763_a.png', png(320, 200)),
      await alice.upload('users/alice/1763_中 文.png', png(64, 64)),
    ]
    const database = alice.app.database()
    const { id } = await database.collection('orders').add({ title: '三月的风景', images: [] })
    await database.collection('orders').doc(String(id)).update({ images, updatedAt: database.serverDate() })

    const view = await open({})
    await view.page.getByRole('link', { name: /^orders/ }).click()
    await view.shows('images', '[2]')
    await until(
      'the pictures of the row',
      () =>
        view.page.evaluate("[...document.querySelectorAll('.thumbnail img')].map((img) => img.naturalWidth).join()"),
      (widths) => widths === '320,64',
    )
    assert.equal(await view.row('三月').locator('.cell-files').getAttribute('title'), images.join('\n'))
    await assertAccessible(view.page, 'the table')
    await shot(view, 'orders')

    await view.open('三月的风景')
    assert.equal(await view.field('images[0]').inputValue(), images[0])
    assert.equal(await view.field('images[1]').inputValue(), images[1])
    assert.equal(await view.field('_openid').inputValue(), 'alice')
    assert.equal(await view.field('_id').getAttribute('readonly'), '')
    await until(
      'the pictures of the document',
      () => view.panel.locator('.thumbnail img').count(),
      (count) => count === 2,
    )
    const iso = await view.field('updatedAt: as ISO text').inputValue()
    assert.ok(Math.abs(Date.parse(iso) - Date.now()) < 60_000, iso)
    await assertAccessible(view.page, 'a document as fields')
    await shot(view, 'document')

    await view.panel.getByRole('link', { name: 'Show in storage' }).nth(1).click()
    await view.page.waitForURL(/\/console\/storage\?file=users%2Falice%2F1763_/)
    await view.panel.getByText(images[1] ?? '', { exact: true }).waitFor()
    await view.page.goBack()
    await view.panel.getByLabel('images[1]', { exact: true }).waitFor()

    const permission = view.page.getByRole('link', { name: 'Permission of orders: Private' }).first()
    assert.equal(await permission.getAttribute('href'), '/console/permissions?collection=orders')
  })

  it('finds by queries, sorts by a click, says what is wrong with a query, and the address keeps it all', async () => {
    for (const [no, status] of ['paid', 'open', 'paid', 'lost'].entries()) await add({ _id: `o${no}`, no, status })
    const view = await open({ collection: 'orders' })
    await view.shows('_id', 'o0', 'o1', 'o2', 'o3')
    await view.page.getByText('4 documents').waitFor()
    await view.find("{ status: 'paid' }")
    await view.shows('no', '0', '2')
    await view.page.getByText('2 documents').waitFor()
    await view.page.getByRole('columnheader', { name: 'no' }).getByRole('button').click()
    await view.page.getByRole('columnheader', { name: 'no' }).getByRole('button').click()
    await view.shows('no', '2', '0')
    assert.deepEqual(Object.fromEntries(new URL(view.page.url()).searchParams), {
      collection: 'orders',
      query: "{ status: 'paid' }",
      orderBy: 'no',
      direction: 'desc',
    })
    await view.open('o2')
    await view.page.reload()
    await view.shows('no', '2', '0')
    assert.equal(await view.field('no').inputValue(), '2')
    await view.page.keyboard.press('Escape')

    await view.find('{ status: }')
    const notice = view.page.getByRole('alert')
    await notice.getByText('The query is invalid.').waitFor()
    await notice.getByText('line 1, column 11: unexpected "}"').waitFor()
    assert.equal(await view.page.getByLabel('Query', { exact: true }).inputValue(), '{ status: }')
    await assertAccessible(view.page, 'a wrong query')
    await shot(view, 'wrong-query')
    await view.find('{ no: { $where: 1 } }')
    await notice.getByText('the query operator $where is not supported here').waitFor()

    await view.page.getByRole('button', { name: 'Recent queries' }).click()
    await view.page.getByRole('menuitem', { name: "{ status: 'paid' }" }).click()
    await view.shows('no', '2', '0')
    await view.page.goBack()
    await notice.getByText('$where').waitFor()
    await view.page.getByRole('button', { name: 'Show all' }).click()
    await view.shows('_id', 'o3', 'o2', 'o1', 'o0')
    await view.find('{ no: 99 }')
    await view.page.getByText('No document matches the query.').waitFor()
    await view.page.getByRole('button', { name: 'Examples' }).click()
    await assertAccessible(view.page, 'examples of queries')
    await shot(view, 'examples')
    const examples = await view.page.locator('.menu:popover-open [role=menuitem]').allInnerTexts()
    assert.equal(examples.length, 8)
    for (const [at, example] of examples.entries()) {
      if (at > 0) await view.page.getByRole('button', { name: 'Examples' }).click()
      await view.page.locator('.menu:popover-open [role=menuitem]').nth(at).click()
      const answered = view.page.waitForResponse((response) => response.url().includes('/orders/documents?'))
      await view.page.keyboard.press('Enter')
      assert.equal((await answered).status(), 200, example)
    }
  })

  it('loads page after page while one scrolls, and shows chosen columns', async () => {
    const lines = Array.from({ length: 450 }, (_, n) => JSON.stringify({ _id: n, no: n, a: n, b: 'x' })).join('\n')
    await api.import('orders', { format: 'jsonl' }, lines)
    const view = await open({ collection: 'orders' })
    await view.page.getByText('450 documents').waitFor()
    const grid = view.page.getByRole('grid')
    await until(
      'the last row',
      async () => {
        await grid.press('End')
        return view.page.locator('.virtual-row.is-active').innerText()
      },
      (text) => text.includes('449'),
    )
    assert.ok((await view.rows.count()) < 60, 'only what is seen is in the document')
    await view.panel.getByRole('button', { name: 'Close the panel' }).click()
    await view.page.getByRole('button', { name: 'Columns' }).click()
    await view.dialog.getByLabel('a', { exact: true }).uncheck()
    await assertAccessible(view.page, 'choosing columns')
    await view.answer('Close')
    const titles = async () => (await view.page.getByRole('columnheader').allInnerTexts()).map((one) => one.trim())
    assert.deepEqual(await titles(), ['', '_id', 'no', 'b'])
    await view.page.reload()
    await view.rows.first().waitFor()
    assert.deepEqual(await titles(), ['', '_id', 'no', 'b'])

    await view.page.getByRole('button', { name: 'JSON' }).click()
    await view.page.locator('.document-card').nth(99).waitFor({ state: 'attached' })
    await view.page.getByRole('button', { name: 'Load more' }).click()
    await view.page.locator('.document-card').nth(199).waitFor({ state: 'attached' })
    await shot(view, 'json')
    await assertAccessible(view.page, 'documents as JSON')
    await view.page.locator('.document-open').first().click()
    await view.field('no').waitFor()
  })

  it('edits fields as what they are: a date, a nested field, a list, a place; and as JSON, in step', async () => {
    await add({
      _id: 'o1',
      at: { $date: '2026-01-02T03:04:05.678Z' },
      buyer: { name: 'Ann', vip: true },
      tags: ['a', 'b'],
      place: { type: 'Point', coordinates: [113.5, 23.1] },
      total: 10,
      pattern: { $regularExpression: { pattern: '^a', options: 'i' } },
    })
    const view = await open({ collection: 'orders', doc: '"o1"' })
    await view.field('buyer.name').fill('Bea')
    await view.field('at: as ISO text').fill('2026-05-06T07:08:09.010Z')
    await view.field('total').fill('12.5')
    await view.panel.getByLabel('Longitude').fill('114')
    await view.panel.getByRole('switch').uncheck()
    await view.change('tags[0]', 'Move down')
    assert.deepEqual([await view.field('tags[0]').inputValue(), await view.field('tags[1]').inputValue()], ['b', 'a'])
    await view.panel.getByRole('button', { name: 'Add element' }).click()
    await view.field('tags[2]').fill('c')
    await view.panel.getByRole('button', { name: 'Add field' }).last().click()
    await view.panel.getByLabel('Name of the field').fill('paid')
    await view.panel.getByLabel('Type').selectOption({ label: 'True or false' })
    await view.press('Add')

    await view.panel.getByRole('tab', { name: 'JSON' }).click()
    const editor = view.panel.getByRole('textbox', { name: 'JSON' })
    const written = JSON.parse(await editor.inputValue())
    const expected = {
      _id: 'o1',
      at: { $date: '2026-05-06T07:08:09.010Z' },
      buyer: { name: 'Bea', vip: false },
      tags: ['b', 'a', 'c'],
      place: { type: 'Point', coordinates: [114, 23.1] },
      total: 12.5,
      pattern: { $regularExpression: { pattern: '^a', options: 'i' } },
      paid: false,
    }
    assert.deepEqual(written, expected)
    await assertAccessible(view.page, 'a document as JSON')
    await shot(view, 'document-json')
    await editor.fill(JSON.stringify({ ...expected, more: 1 }))
    await view.panel.getByRole('tab', { name: 'Fields' }).click()
    assert.equal(await view.field('more').inputValue(), '1')
    await view.change('more', 'Text')
    await view.change('more', 'Rename')
    await view.panel.getByLabel('New name').fill('note')
    await view.page.keyboard.press('Enter')
    await view.save()
    assert.deepEqual(await stored('o1'), { ...expected, note: '1' })

    // The browser's own picker speaks of the reader's time zone.
    const local = await view.field('at: local date and time').inputValue()
    assert.equal(new Date(local).toISOString(), '2026-05-06T07:08:09.010Z')
    await view.field('at: local date and time').fill('2027-01-01T12:00')
    assert.equal(await view.field('at: as ISO text').inputValue(), new Date('2027-01-01T12:00').toISOString())
  })

  it('says what is wrong with a field or with the JSON where it is, and loses nothing that was typed', async () => {
    await add({
      _id: 'o1',
      no: 1,
      place: { type: 'Point', coordinates: [1, 2] },
      at: { $date: '2026-01-01T00:00:00.000Z' },
    })
    await add({ _id: 'o2', no: 2 })
    const view = await open({ collection: 'orders', doc: '"o1"' })
    await view.field('no').fill('many')
    await view.panel.getByLabel('Latitude').fill('91')
    await view.field('at: as ISO text').fill('tomorrow')
    for (const text of ['Not a number', 'From -90 to 90', 'Not a date']) await view.panel.getByText(text).waitFor()
    await view.press('Save')
    await view.panel.getByText('Correct the marked fields first.').waitFor()
    await view.panel.getByRole('tab', { name: 'JSON' }).click()
    assert.equal(await view.field('no').inputValue(), 'many', 'what is wrong cannot be shown as JSON, and stays')
    await assertAccessible(view.page, 'wrong fields')
    await shot(view, 'wrong-fields')
    await view.press('Discard')
    assert.equal(await view.field('no').inputValue(), '1')

    // A unique index refuses; what was typed stays.
    await view.field('no').fill('2')
    await view.press('Save')
    await view.panel.getByText('DATABASE_DUPLICATE_WRITE').waitFor()
    assert.equal(await view.field('no').inputValue(), '2')

    await view.panel.getByRole('tab', { name: 'JSON' }).click()
    const editor = view.panel.getByRole('textbox', { name: 'JSON' })
    await editor.fill('{\n  "_id": "o1",\n  "no": ,\n}')
    await view.panel
      .getByText(/line 3, column 9/)
      .first()
      .waitFor()
    await view.press('Save')
    await view.panel.getByRole('alert').getByText('Invalid JSON at line 3, column 9.').waitFor()

    // Leaving asks; staying keeps it.
    await view.page.getByRole('link', { name: 'Storage' }).click()
    await view.page.getByRole('alertdialog').getByText('What you changed here would be lost.').waitFor()
    await view.answer('Stay')
    assert.match(await editor.inputValue(), /"no": ,/)
    await view.row('o2').click()
    await view.answer('Leave')
    await until(
      'the other document',
      () => view.field('no').inputValue(),
      (no) => no === '2',
    )
    assert.equal((await stored('o1')).no, 1)
  })

  it('a conflict shows what somebody else changed; one takes it, or saves over it', async () => {
    await add({ _id: 'o1', no: 1, title: 'mine' })
    const view = await open({ collection: 'orders', doc: '"o1"' })
    const elsewhere = async (title: string) => {
      const { version, document } = await api.call('GET', '/database/collections/orders/document?id="o1"')
      await api.call('PUT', '/database/collections/orders/document', {
        id: 'o1',
        version,
        document: { ...document, title },
      })
    }
    await view.field('no').waitFor()
    await elsewhere('theirs')
    await view.field('no').fill('5')
    await view.press('Save')
    const conflict = view.panel.locator('.banner.is-warning')
    await conflict.getByText('Somebody else changed this document meanwhile').waitFor()
    assert.match(await conflict.locator('.diff').first().innerText(), /"title": "mine"[\s\S]*"title": "theirs"/)
    assert.equal(await view.field('no').inputValue(), '5')
    await assertAccessible(view.page, 'a conflict')
    await shot(view, 'conflict')
    await conflict.getByRole('button', { name: 'Take theirs' }).click()
    assert.deepEqual([await view.field('title').inputValue(), await view.field('no').inputValue()], ['theirs', '1'])

    await elsewhere('again')
    await view.field('no').fill('6')
    await view.press('Save')
    await conflict.getByRole('button', { name: 'Save mine over it' }).click()
    await eventually('the save', async () => (await stored('o1')).no === 6)
    assert.deepEqual(await stored('o1'), { _id: 'o1', no: 6, title: 'theirs' })

    // Both, where they are about different fields.
    await elsewhere('third')
    await view.field('no').fill('8')
    await view.press('Save')
    await conflict.getByRole('button', { name: 'Keep both changes' }).click()
    await eventually('both', async () => (await stored('o1')).no === 8)
    assert.deepEqual(await stored('o1'), { _id: 'o1', no: 8, title: 'third' })
    await until(
      'what is shown',
      () => view.field('title').inputValue(),
      (title) => title === 'third',
    )

    // Gone meanwhile: what was typed can be kept as a new document.
    await api.call('POST', '/database/collections/orders/deletions', { ids: ['o1'] })
    await view.field('no').fill('7')
    await view.press('Save')
    await view.panel.getByText(/This document was deleted/).waitFor()
    await view.press('Add as a new document')
    await eventually('the new document', async () => (await api.list('orders')).length === 1)
    assert.equal((await api.list('orders'))[0]?.document.no, 7)
  })

  it('adds, duplicates and deletes: one, and many', async () => {
    const view = await open({ collection: 'orders' })
    await view.page.getByText('No documents yet').waitFor()
    await view.page.getByText("await app.database().collection('orders').add({").waitFor()
    await assertAccessible(view.page, 'an empty collection')
    await shot(view, 'no-documents')
    await view.page.getByRole('button', { name: 'Add document' }).first().click()
    await view.panel.getByRole('tab', { name: 'JSON' }).click()
    await view.panel.getByRole('textbox', { name: 'JSON' }).fill('{ "_id": "first", "title": "One", "no": 1 }')
    await view.press('Add')
    await view.shows('_id', 'first')
    assert.equal(new URL(view.page.url()).searchParams.get('doc'), '"first"')
    await view.field('no').waitFor()

    await view.press('Duplicate')
    await view.panel.getByText('New document').waitFor()
    assert.equal(await view.panel.getByLabel('_id', { exact: true }).count(), 0)
    await view.press('Add')
    await view.panel.getByText('DATABASE_DUPLICATE_WRITE').waitFor()
    await view.field('no').fill('2')
    await view.press('Add')
    await eventually('both', async () => (await view.rows.count()) === 2)
    await view.press('Delete')
    await view.dialog.getByText('This cannot be undone.').waitFor()
    await view.answer('Delete')
    await view.shows('_id', 'first')
    await view.panel.waitFor({ state: 'detached' })

    for (const no of [3, 4, 5]) await add({ _id: `d${no}`, no })
    await view.page.getByRole('button', { name: 'Reload' }).click()
    await view.shows('_id', 'd3', 'd4', 'd5', 'first')
    for (const id of ['d3', 'd5']) await view.row(id).getByRole('checkbox').check()
    await view.page.getByText('2 selected').first().waitFor()
    await view.page.locator('.documents-bar').getByRole('button', { name: 'Delete' }).click()
    await assertAccessible(view.page, 'deleting')
    await shot(view, 'deleting')
    await view.answer('Delete 2')
    await view.shows('_id', 'd4', 'first')
    assert.equal((await api.list('orders')).length, 2)
  })

  it('makes collections, and deletes them by their name; one of the file is emptied', async () => {
    const view = await open({})
    await view.page.getByRole('button', { name: 'New collection' }).click()
    await view.dialog.getByLabel('Name').fill('orders')
    await view.answer('Create')
    await view.dialog.getByText('DATABASE_COLLECTION_ALREADY_EXIST').waitFor()
    await assertAccessible(view.page, 'a name that is taken')
    await view.dialog.getByLabel('Name').fill('drafts')
    await view.answer('Create')
    await view.page.getByRole('heading', { name: 'drafts' }).waitFor()
    await api.import('drafts', { format: 'jsonl' }, '{}\n'.repeat(500))
    await view.page.getByRole('button', { name: 'More for this collection' }).click()
    await view.page.getByRole('menuitem', { name: 'Delete the collection' }).click()
    const dropping = view.dialog.getByRole('button', { name: 'Delete the collection' })
    assert.ok(await dropping.isDisabled())
    await view.dialog.getByLabel('Type drafts to confirm').fill('drafts')
    await assertAccessible(view.page, 'deleting a collection')
    await shot(view, 'deleting-a-collection')
    await dropping.click()
    await view.page.getByText('drafts was deleted').waitFor()
    await view.page.getByRole('heading', { name: 'Choose a collection' }).waitFor()
    await view.page.getByRole('link', { name: /^drafts/ }).waitFor({ state: 'detached' })

    await add({ no: 1 })
    await view.page.getByRole('link', { name: /^orders/ }).click()
    await view.page.getByRole('button', { name: 'More for this collection' }).click()
    await view.page.getByRole('menuitem', { name: 'Indexes' }).click()
    await view.dialog.getByText('no_1').waitFor()
    await assertAccessible(view.page, 'indexes')
    await view.page.keyboard.press('Escape')
    await view.page.getByRole('button', { name: 'More for this collection' }).click()
    await view.page.getByRole('menuitem', { name: 'Empty the collection' }).click()
    await view.dialog.getByLabel('Type orders to confirm').fill('orders')
    await view.dialog.getByRole('button', { name: 'Empty the collection' }).click()
    await view.page.getByText('No documents yet').waitFor()
    assert.deepEqual(await api.list('orders'), [])
  })
})
