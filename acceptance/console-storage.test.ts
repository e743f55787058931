/** Files and folders in the admin API, as used by the storage page of the Console, over plain HTTP. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { consoleApi } from './support/console-api.ts'
import { consoleFiles } from './support/console-files.ts'
import { png } from './support/pictures.ts'
import { serverForFile } from './support/server.ts'
import { unzip } from './support/unzip.ts'
import { createUser } from './support/users.ts'
import { element, send } from './support/wire.ts'

const server = await serverForFile()
const key = await server.apiKey()
const files = consoleFiles(server, key)
const MISSING = 'STORAGE_FILE_NONEXIST'
const NAMES = ['图 片.txt', 'a b.txt', '100%.txt', 'a#b?.txt', "it's <b>.txt", 'a\u202egpj.txt', '&amp;=+.txt', '..txt']

describe('files in the admin API', () => {
  it('R21: files uploaded with the SDK are under users/{openid}/', async () => {
    const alice = await createUser(server, { key: await server.loginKey(), id: 'alice' })
    const fileId = await alice.upload('users/alice/a.png', png(2, 2))
    assert.deepEqual((await files.page({})).items, [{ kind: 'folder', path: 'users/', name: 'users' }])
    assert.deepEqual(await files.list({ folder: 'users/' }), ['users/alice/'])
    const [entry] = (await files.page({ folder: 'users/alice/' })).items
    assert.deepEqual(
      [entry?.kind, entry?.path, entry?.name, entry?.contentType],
      ['file', 'users/alice/a.png', 'a.png', 'image/png'],
    )
    const { body, status } = await send(entry?.previewUrl ?? '')
    assert.ok(status === 200 && body.equals(png(2, 2)))
    const file = await files.call('GET', '/storage/file?path=users/alice/a.png')
    assert.deepEqual([file.fileId, file.owner, file.creator[0]], [fileId, 'alice', 'alice'])
    assert.deepEqual(
      file.readers.map(({ who, allowed }: { who: string; allowed: boolean }) => [who, allowed]),
      [
        ['nobody', true],
        ['anonymous', true],
        ['user', true],
        ['owner', true],
      ],
    )
  })

  it('names come back byte for byte: in the list, the details, the download and the zip', async () => {
    for (const name of NAMES) await files.put(`names/${name}`, name)
    assert.deepEqual([...(await files.list({ folder: 'names/' }))].sort(), NAMES.map((name) => `names/${name}`).sort())
    for (const name of NAMES) {
      const path = `names/${name}`
      assert.equal((await files.call('GET', `/storage/file?path=${encodeURIComponent(path)}`)).path, path)
      const { url } = await files.call('POST', '/storage/file-urls', { path, maxAge: 60 })
      assert.equal((await send(url)).text, name)
    }
    const zip = unzip(Buffer.from(await (await files.zip(['names/'])).arrayBuffer()))
    assert.deepEqual(Object.values(zip).map(String).sort(), [...NAMES].sort())
    for (const name of Object.keys(zip)) assert.match(name, /^names\/[^/\\:*?"<>|\u202a-\u202e]+$/)
  })

  it('the type of a file can be corrected, and no type makes it run', async () => {
    await files.put('types/photo', png(2, 2))
    const served = async (contentType: string) => {
      await files.call('PUT', '/storage/file-type', { path: 'types/photo', contentType })
      const { url } = await files.call('POST', '/storage/file-urls', { path: 'types/photo', maxAge: 60 })
      const { headers } = await send(url)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      return [headers['content-type'], headers['content-disposition']?.split(';')[0]]
    }
    assert.deepEqual(await served('image/png'), ['image/png', 'inline'])
    assert.deepEqual(await served('Text/HTML; charset=gbk'), ['text/html; charset=utf-8', 'attachment'])
    assert.deepEqual(await served('image/svg+xml'), ['image/svg+xml', 'attachment'])
    const refused = { path: 'types/none', contentType: 'image/png' }
    assert.equal((await files.ask('PUT', '/storage/file-type', refused)).body.code, MISSING)
    const malformed = { path: 'types/photo', contentType: 'png' }
    assert.equal((await files.ask('PUT', '/storage/file-type', malformed)).body.code, 'INVALID_PARAM')
  })

  it('an invalid name is refused by every operation', async () => {
    for (const path of ['/a', 'a//b', '../a', 'a/../b', '\u0007', 'x'.repeat(850).replace(/^./, '图')]) {
      for (const [method, place, body] of [
        ['GET', `/storage/file?path=${encodeURIComponent(path)}`, undefined],
        ['GET', `/storage/files?folder=${encodeURIComponent(`${path}/`)}`, undefined],
        ['POST', '/storage/file-urls', { path }],
        ['POST', '/storage/folders', { path: `${path}/` }],
        ['PUT', '/storage/file-type', { path, contentType: 'image/png' }],
        ['POST', '/storage/uploads', { path }],
        ['POST', '/storage/counts', { paths: [path] }],
        ['POST', '/storage/moves', { items: [{ from: path, to: 'ok' }] }],
        ['POST', '/storage/moves', { items: [{ from: 'ok', to: path }] }],
        ['POST', '/storage/deletions', { paths: [path] }],
        ['POST', '/storage/zips', { paths: [path] }],
      ] as const) {
        const answer = await files.ask(method, place, body)
        const expected =
          path.length + 1 > 850 && place.includes('folder') ? /INVALID_(FILE_NAME|PARAM)/ : /INVALID_FILE_NAME/
        assert.match(answer.body.code, expected, `${method} ${place}`)
        assert.equal(answer.status, 400)
      }
    }
  })

  it('folders are paged with any page size, and searched by prefix', async () => {
    for (let at = 0; at < 12; at += 1) await files.put(`pages/${at % 4 === 0 ? `sub-${at}/x` : `file-${at}`}.txt`, 'x')
    const whole = await files.list({ folder: 'pages/' })
    assert.equal(whole.length, 12)
    for (const limit of [1, 5, 11, 12]) assert.deepEqual(await files.list({ folder: 'pages/', limit }), whole)
    assert.deepEqual(await files.list({ folder: 'pages/', startsWith: 'sub-' }), [
      'pages/sub-0/',
      'pages/sub-4/',
      'pages/sub-8/',
    ])
    assert.equal(
      (await files.list({ folder: 'pages/', deep: true, limit: 5 })).filter((path) => path.endsWith('x.txt')).length,
      3,
    )
    const refused = await files.ask('GET', '/storage/files?folder=pages/&after=nonsense')
    assert.deepEqual([refused.status, refused.body.code], [400, 'INVALID_PARAM'])
  })

  it('a folder is sorted by name, size, type and time, folders first, with any page size', async () => {
    for (const [name, size] of [
      ['b.png', 300],
      ['a.txt', 20],
      ['c.pdf', 1000],
      ['sub/x.txt', 1],
      ['a-dir/y.txt', 1],
    ] as const) {
      await files.put(`sorted/${name}`, 'x'.repeat(size))
    }
    const listed = async (query: Record<string, string | number>) =>
      (await files.list({ folder: 'sorted/', ...query })).map((path) => path.slice('sorted/'.length)).join(' ')
    for (const limit of [1, 2, 3, 100]) {
      assert.equal(await listed({ sort: 'name', limit }), 'a-dir/ sub/ a.txt b.png c.pdf')
      assert.equal(await listed({ sort: 'name', order: 'descending', limit }), 'sub/ a-dir/ c.pdf b.png a.txt')
      assert.equal(await listed({ sort: 'size', limit }), 'a-dir/ sub/ a.txt b.png c.pdf')
      assert.equal(await listed({ sort: 'size', order: 'descending', limit }), 'a-dir/ sub/ c.pdf b.png a.txt')
      assert.equal(await listed({ sort: 'type', limit }), 'a-dir/ sub/ c.pdf b.png a.txt')
      assert.equal(await listed({ sort: 'changed', limit }), 'a-dir/ sub/ b.png a.txt c.pdf')
    }
    await files.finish('/storage/moves', { items: [{ from: 'sorted/a.txt', to: 'sorted/z.txt' }] })
    await files.finish('/storage/deletions', { paths: ['sorted/sub/'] })
    assert.equal(await listed({ sort: 'name' }), 'a-dir/ b.png c.pdf z.txt')
    for (const query of ['sort=names', 'sort=size&deep=true', 'sort=size&contains=a', 'sort=size&after=x']) {
      const { status, body } = await files.ask('GET', `/storage/files?folder=sorted/&${query}`)
      assert.deepEqual([status, body.code], [400, 'INVALID_PARAM'], query)
    }
  })

  it('files and folders are found by any part of their names, in a folder and below it', async () => {
    for (const name of ['IMG_0001.JPG', 'deep/er/my img.png', 'imgs/1.txt', 'other.txt']) {
      await files.put(`found/${name}`, name)
    }
    for (const limit of [1, 2, 100]) {
      assert.deepEqual(await files.list({ folder: 'found/', contains: 'img', limit }), [
        'found/IMG_0001.JPG',
        'found/deep/er/my img.png',
        'found/imgs/',
      ])
    }
    const page = await files.page({ folder: 'found/', contains: 'nothing' })
    assert.deepEqual(page, { items: [], searched: 4 })
    assert.equal((await files.page({ folder: 'found/', contains: '0001' })).items[0]?.name, 'IMG_0001.JPG')
  })

  it('an upload that must not overwrite is judged again when its bytes arrive', async () => {
    const asked = await Promise.all(
      ['one', 'two'].map(() => files.call('POST', '/storage/uploads', { path: 'only-new.txt' })),
    )
    const [first, second] = asked.map(({ url }) => url)
    assert.equal((await send(first, { method: 'PUT', body: 'one' })).status, 200)
    const late = await send(second, { method: 'PUT', body: 'two' })
    assert.deepEqual([late.status, element(late.text, 'Code')], [409, 'STORAGE_FILE_EXIST'])
    assert.equal((await files.call('GET', '/storage/file?path=only-new.txt')).size, 3)
  })

  it('an upload does not replace a file, unless requested', async () => {
    await files.put('once.txt', 'one')
    const again = await files.ask('POST', '/storage/uploads', { path: 'once.txt' })
    assert.deepEqual([again.status, again.body.code], [409, 'STORAGE_FILE_EXIST'])
    const { url, headers } = await files.call('POST', '/storage/uploads', { path: 'once.txt', overwrite: true })
    assert.equal((await send(url, { method: 'PUT', body: 'two', headers })).status, 200)
    const broken = await send(url.replace(/.$/, '_'), { method: 'PUT', body: 'three' })
    assert.equal(element(broken.text, 'Code'), 'STORAGE_SIGN_PARAM_INVALID')
    const { url: address } = await files.call('POST', '/storage/file-urls', { path: 'once.txt' })
    assert.equal((await send(address)).text, 'two')
  })

  it('folders are created, renamed, counted and deleted, with progress lines', async () => {
    await files.call('POST', '/storage/folders', { path: 'work/empty/' })
    const exists = await files.ask('POST', '/storage/folders', { path: 'work/empty/' })
    assert.equal(exists.body.code, 'STORAGE_FILE_EXIST')
    for (const name of ['1.txt', 'deep/2.txt', 'deep/er/3.txt']) await files.put(`work/${name}`, name)
    assert.deepEqual(await files.call('POST', '/storage/counts', { paths: ['work/', 'work/1.txt'] }), {
      files: 3,
      bytes: '1.txtdeep/2.txtdeep/er/3.txt'.length,
      more: false,
    })
    const lines = await files.lines('/storage/moves', { items: [{ from: 'work/', to: 'done 图/' }] })
    assert.deepEqual([lines[0]?.done, lines[0]?.total], [0, 3])
    assert.deepEqual(lines.at(-1), { done: 3, failed: 0, total: 3, problems: [], finished: true })
    assert.deepEqual(await files.list({ folder: 'done 图/' }), ['done 图/1.txt', 'done 图/deep/', 'done 图/empty/'])
    const { done, failed, problems } = await files.finish('/storage/deletions', { paths: ['done 图/', 'none.txt'] })
    assert.deepEqual([done, failed], [3, 1])
    assert.deepEqual([problems?.[0]?.item, problems?.[0]?.problem.code], ['none.txt', MISSING])
    assert.match(problems?.[0]?.problem.text.zh ?? '', /[\u4e00-\u9fff]/)
    assert.deepEqual(await files.list({ startsWith: 'done' }), [])
  })

  it('copies are kept, conflicts are reported by name, and nothing is replaced without request', async () => {
    for (const name of ['a', 'b']) await files.put(`from/${name}.txt`, `new ${name}`)
    await files.put('to/b.txt', 'old b')
    const items = [{ from: 'from/', to: 'to/' }]
    const copied = await files.finish('/storage/moves', { items, copy: true })
    assert.deepEqual(
      [copied.done, copied.problems?.map(({ item, problem }) => [item, problem.code])],
      [1, [['from/b.txt', 'STORAGE_FILE_EXIST']]],
    )
    const bytes = async (path: string) =>
      (await send((await files.call('POST', '/storage/file-urls', { path })).url)).text
    assert.deepEqual(
      [await bytes('from/a.txt'), await bytes('to/a.txt'), await bytes('to/b.txt')],
      ['new a', 'new a', 'old b'],
    )
    assert.equal((await files.finish('/storage/moves', { items, overwrite: true })).done, 2)
    assert.equal(await bytes('to/b.txt'), 'new b')
    for (const to of ['to/inside/', 'x']) {
      const refused = await files.ask('POST', '/storage/moves', { items: [{ from: 'to/', to }] })
      assert.equal(refused.status, 400, to)
    }
  })

  it('an operation ends when its client disconnects, and finished steps stay', async () => {
    await files.put('one.txt', 'x')
    const copies = Array.from({ length: 1000 }, (_, at) => ({ from: 'one.txt', to: `many/${at}.txt` }))
    assert.equal((await files.finish('/storage/moves', { items: copies, copy: true })).done, 1000)
    await files.finish('/storage/moves', { items: [{ from: 'many/', to: 'much/' }], copy: true })
    const stop = new AbortController()
    const response = await fetch(`${server.url}/console/api/storage/deletions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ paths: ['many/', 'much/'] }),
      signal: stop.signal,
    })
    await response.body?.getReader().read()
    stop.abort()
    const left = async () =>
      (await files.call('POST', '/storage/counts', { paths: ['many/', 'much/'] })).files as number
    let before = 2001
    for (let now = await left(); now !== before; now = await left()) before = now
    assert.ok(before > 0, 'it continued to the end')
    assert.equal((await files.finish('/storage/deletions', { paths: ['much/'] })).failed, 0)
  })

  it('a zip can be downloaded once, only by the client that requested it', async () => {
    await files.put('zipped/图.png', png(3, 3))
    await files.put('zipped/a.txt', 'a'.repeat(5000))
    const { url } = await files.call('POST', '/storage/zips', { paths: ['zipped/'] })
    const other = consoleFiles(server, await server.apiKey())
    assert.equal((await other.ask('GET', url.slice('/console/api'.length))).body.code, 'NOT_FOUND')
    assert.equal((await consoleApi(server).ask('GET', url.slice('/console/api'.length))).status, 401)
    const response = await fetch(server.url + url, { headers: { authorization: `Bearer ${key.apiKey}` } })
    assert.equal(response.headers.get('content-type'), 'application/zip')
    assert.match(response.headers.get('content-disposition') ?? '', /^attachment; filename="zipped\.zip"/)
    const entries = unzip(Buffer.from(await response.arrayBuffer()))
    assert.deepEqual(Object.keys(entries), ['zipped/a.txt', 'zipped/图.png'])
    assert.ok(entries['zipped/图.png']?.equals(png(3, 3)))
    assert.equal((await files.ask('GET', url.slice('/console/api'.length))).body.code, 'NOT_FOUND')
    assert.equal((await files.ask('POST', '/storage/zips', { paths: ['nothing/'] })).body.code, MISSING)
  })

  it('clients that are not signed in are refused', async () => {
    const nobody = consoleApi(server)
    for (const [method, place, body] of [
      ['GET', '/storage/files', undefined],
      ['GET', '/storage/file?path=a', undefined],
      ['POST', '/storage/deletions', { paths: ['users/'] }],
      ['POST', '/storage/uploads', { path: 'a' }],
    ] as const) {
      assert.equal((await nobody.ask(method, place, body)).status, 401, place)
    }
  })
})
