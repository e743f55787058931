/** Signed and unsigned URLs: who may read what, for how long; edited URLs are refused. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { openPrivateFiles, SMALL } from './support/private-files.ts'
import { startServer } from './support/server.ts'
import { act, element, exchange, newPerson, own, send, stored, temporaryUrl, upload } from './support/wire.ts'

const { server, alice, file, signedUrl } = await openPrivateFiles()

describe('temporary URLs', () => {
  let path: string
  let url: string
  before(async () => {
    path = own(alice, 'private.png')
    url = await file('private.png', SMALL)
  })

  async function refused(edited: string, code: string, status = 403): Promise<void> {
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(edited, { method })
      assert.equal(answer.status, status, `${method} ${edited}`)
      if (method === 'GET') assert.equal(element(answer.text, 'Code'), code, edited)
      assert.equal(answer.headers['cache-control'], 'no-store', 'caches do not store refusals')
      assert.ok(!answer.body.includes(SMALL))
    }
  }

  test('the format: ASCII, sign of 32 hex digits, t in unix seconds', () => {
    assert.match(url, /^http:\/\/[\d.:]+\/o\/[A-Za-z0-9_-]{32}\/private\.png\?sign=[0-9a-f]{32}&t=\d{10}$/)
  })

  test('it works with and without a login, and caches may not store it longer than its lifetime', async () => {
    const { status, headers } = await send(url)
    assert.equal(status, 200)
    const [, age = ''] = /^private, max-age=(\d+)$/.exec(headers['cache-control'] ?? '') ?? []
    assert.ok(Number(age) <= 600 && Number(age) > 500, headers['cache-control'])
  })

  test('every edit is refused', async () => {
    const { sign = '', t = '' } = Object.fromEntries(new URL(url).searchParams)
    const [bare = ''] = url.split('?')
    const other = await file('other.png', 'other')
    const otherSign = new URL(other).searchParams.get('sign') ?? ''
    const flipped = (sign.startsWith('0') ? '1' : '0') + sign.slice(1)
    for (const query of [
      `sign=${flipped}&t=${t}`,
      `sign=${sign}&t=${Number(t) + 1}`,
      `sign=${sign}&t=${Number(t) - 1}`,
      `sign=${sign}&t=0${t}`,
      `sign=${sign}&t=${t}.0`,
      `sign=${sign}&t=${t}e0`,
      `sign=${sign}&t=%2B${t}`,
      `sign=${sign}&t=+${t}`,
      `sign=${sign}&t=-1`,
      `sign=${sign}&t=`,
      `sign=${sign}`,
      `t=${t}`,
      'sign=&t=',
      'sign',
      `sign=${sign.slice(0, 31)}&t=${t}`,
      `sign=${sign}0&t=${t}`,
      `sign=${sign.toUpperCase()}&t=${t}`,
      `sign=%20${sign}&t=${t}`,
      `sign=${sign}&sign=${sign}&t=${t}`,
      `sign=${sign}&t=${t}&t=${t}`,
      `sign=${flipped}&sign=${sign}&t=${t}`,
      `sign=${sign}&t=${t}&t=9999999999`,
      `sign[]=${sign}&t=${t}`,
      `sign=${otherSign}&t=${t}`,
      `sign=${'0'.repeat(32)}&t=9999999999`,
      `sign=${sign}&t=999999999999`,
    ]) {
      if (/[a-f]/.test(sign) || !query.includes(sign.toUpperCase())) {
        const edited = await send(`${bare}?${query}`)
        assert.equal(edited.status, 403, query)
        assert.ok(!edited.body.includes(SMALL))
      }
    }
    await refused(`${bare}?sign=${flipped}&t=${t}`, 'CDN_INVALID_SIGNATURE')
  })

  test('the name in the URL is covered by the signature', async () => {
    for (const edited of [
      url.replace('private.png', 'privat.png'),
      url.replace('private.png', 'private.html'),
      url.replace('private.png', 'PRIVATE.png'),
      url.replace('private.png', 'private.png/'),
      url.replace('/private.png', '//private.png'),
      url.replace('private', '%70rivate'),
      url.replace('/o/', '/o//'),
      url.replace('/o/', '/O/'),
    ]) {
      const { status, body } = await send(edited)
      assert.ok(status === 403 || status === 404, `${status} ${edited}`)
      assert.ok(!body.includes(SMALL))
    }
  })

  test('image parameters and other additional parameters do not break it', async () => {
    for (const more of [
      'imageMogr2/thumbnail/300x200^/format/webp/quality/80',
      'imageMogr2/thumbnail/!50p',
      'x=1&y=%E5%9B%BE',
      'download=true',
      'ci-process=snapshot&time=1',
      '%zz',
      '&&',
      '=',
    ]) {
      const { status, body } = await send(`${url}&${more}`)
      assert.equal(status, 200, more)
      assert.deepEqual(body, SMALL)
    }
  })

  test('the URL works if it is encoded again, as the SDKs do', async () => {
    assert.equal(encodeURI(url), url)
  })

  test('it expires exactly: then it answers 403', async () => {
    const brief = await signedUrl(path, 1)
    assert.equal((await send(brief)).status, 200)
    const expires = Number(new URL(brief).searchParams.get('t')) * 1000
    await new Promise((resolve) => setTimeout(resolve, expires - Date.now() + 20))
    await refused(brief, 'CDN_SIGNATURE_EXPIRED')
    await refused(`${brief}&imageMogr2/thumbnail/3x`, 'CDN_SIGNATURE_EXPIRED')
  })

  test('the unsigned URL of a private file answers 403, with any login and headers', async () => {
    const [bare = ''] = url.split('?')
    await refused(bare, 'CDN_SIGNATURE_MISSING')
    for (const headers of [
      { authorization: `Bearer ${alice.accessToken}` },
      { cookie: `access_token=${alice.accessToken}` },
    ]) {
      assert.equal((await send(bare, { headers })).status, 403)
    }
    await refused(`${bare}?imageMogr2/thumbnail/3x`, 'CDN_SIGNATURE_MISSING')
  })

  test('the URL of a deleted file answers 404, and works again for a new file', async () => {
    const gone = await file('gone.png', SMALL)
    const { data } = await act(server, alice, 'storage.batchDeleteFile', {
      fileid_list: [`cloud://${server.env}/${own(alice, 'gone.png')}`],
    })
    assert.equal(data.delete_list[0].code, 'SUCCESS')
    await refused(gone, 'STORAGE_FILE_NONEXIST', 404)
    await upload(server, alice, own(alice, 'gone.png'), 'back')
    assert.equal((await send(gone)).text, 'back')
  })

  test('unknown paths answer 404', async () => {
    const { pathname } = new URL(url)
    const id = pathname.split('/')[2] ?? ''
    for (const nothing of [
      '/o/',
      '/o',
      '/o/x',
      `/o/${id}`,
      `/o/${id}/`,
      `/o/${id}/a/b`,
      `/o/${'A'.repeat(32)}/file`,
      '/o/../secrets.json',
      '/o/%2e%2e/secrets.json',
      `/o/${id}/..%2f..%2fsecrets.json`,
      '/o/%00',
      '/o/%',
      `/o/${'a'.repeat(5000)}`,
    ]) {
      const { status, text } = await send(`${server.url}${nothing}`)
      assert.ok([400, 403, 404, 414].includes(status), `${status} ${nothing}`)
      assert.doesNotMatch(text, /SYS_ERR/)
    }
  })

  test('other methods change nothing', async () => {
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH']) {
      const { status } = await send(url, { method, ...(method === 'DELETE' ? {} : { body: 'x' }) })
      assert.ok(status === 404 || status === 405, `${method} ${status}`)
    }
    assert.deepEqual(await stored(server, alice, path), SMALL)
  })

  test('a raw request target with an absolute URL or a fragment bypasses nothing', async () => {
    const { pathname, host } = new URL(url)
    for (const target of [`http://${host}${pathname}`, `${pathname}#?sign=x`, `${pathname};sign=1`]) {
      const answer = await exchange(server, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 40[034] /, target)
    }
  })
})

describe('a public-read file', () => {
  test('its unsigned URL works for everyone, is the same for everyone, and is checked each time', async () => {
    const open = await startServer({ config: { storage: { acl: 'READONLY' } } })
    try {
      const owner = await newPerson(open)
      const path = own(owner, '图.png')
      await upload(open, owner, path, SMALL)
      const url = await temporaryUrl(open, owner, path)
      assert.ok(!url.tempFileURL.includes('?'))
      for (const who of [undefined, await newPerson(open)]) assert.deepEqual(await temporaryUrl(open, who, path), url)
      const { status, headers, body } = await send(url.tempFileURL)
      assert.equal(status, 200)
      assert.deepEqual(body, SMALL)
      assert.match(headers['cache-control'] ?? '', /^public, max-age=\d+$/)
      assert.equal(
        (await send(url.tempFileURL.replace(/\/[^/]*$/, '/other.png'))).status,
        404,
        'the slug is part of the name',
      )
      assert.equal((await send(`${url.tempFileURL}?imageMogr2/thumbnail/3x`)).status, 200)
      assert.equal(
        (await send(`${url.tempFileURL}?sign=${'0'.repeat(32)}&t=9999999999`)).status,
        403,
        'a wrong signature is refused',
      )
      const { data } = await act(open, owner, 'storage.getUploadMetadata', { path })
      assert.equal(data.download_url, url.tempFileURL)
    } finally {
      await open.stop()
    }
  })
})
