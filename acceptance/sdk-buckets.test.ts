/** The bucket API of js-sdk 3.7.0, `app.storage.from(bucketId)`, from Node. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { type BucketFiles, codeOf, dataOf, namesOf } from './support/buckets.ts'
import { createTicket } from './support/clients.ts'
import { AWKWARD_NAMES } from './support/file-names.ts'
import { createNodeClient, type NodeClient } from './support/node-client.ts'
import { png } from './support/pictures.ts'
import { type RunningServer, startServer } from './support/server.ts'

const BUCKET = '6465-demo-1abcde-1250000000'
const PICTURE = png(20, 10)
const OTHER = png(10, 20)
const DENIED = 'STORAGE_EXCEED_AUTHORITY'

let server: RunningServer

before(async () => {
  // Everybody reads below open/; users read and write below users/<their id>/.
  const own = 'auth != null && resource.openid == auth.openid'
  const config = { storage: { acl: { read: `/^open\\//.test(resource.path) || ${own}`, write: own } } }
  server = await startServer({ mode: 'dev', config })
})
after(() => server.stop())

async function fetched(url: string): Promise<Buffer> {
  const response = await fetch(url)
  assert.equal(response.status, 200)
  return Buffer.from(await response.arrayBuffer())
}

describe('Node', () => {
  let alice: NodeClient
  let admin: NodeClient
  let nobody: NodeClient
  let users: BucketFiles
  let all: BucketFiles

  before(async () => {
    const ticket = createTicket(await server.loginKey(), 'alice')
    alice = await createNodeClient(server, '3.7.0', { ticket }, { endPointMode: 'GATEWAY' })
    const { apiKey } = await server.apiKey()
    admin = await createNodeClient(server, '3.7.0', undefined, { endPointMode: 'GATEWAY', accessKey: apiKey })
    nobody = await createNodeClient(server, '3.7.0', undefined, { endPointMode: 'GATEWAY' })
    users = alice.files('users')
    all = alice.files(BUCKET)
  })
  after(() => Promise.all([alice, admin, nobody].map((client) => client.close())))

  it('upload of bytes, a Blob and a string, empty and large; download returns them', async () => {
    const large = randomBytes(5 * 1024 * 1024)
    for (const [name, body, bytes] of [
      ['bytes.png', PICTURE, PICTURE],
      ['blob.png', { blob: OTHER }, OTHER],
      ['text.txt', '文字', Buffer.from('文字')],
      ['empty.bin', Buffer.alloc(0), Buffer.alloc(0)],
      ['large.bin', large, large],
      ['large-blob.bin', { blob: large }, large],
    ] as const) {
      const path = `alice/${name}`
      const { id, ...names } = await dataOf(users.upload(path, body))
      assert.match(id, /^[A-Za-z0-9_-]{32}$/)
      assert.deepEqual(names, { path, fullPath: `users/${path}` })
      assert.deepEqual(await dataOf(users.download(path)), bytes)
    }
  })

  it('unusual names are kept', async () => {
    for (const name of AWKWARD_NAMES) {
      const bytes = randomBytes(50)
      await dataOf(users.upload(`alice/names/${name}`, bytes))
      assert.deepEqual(await dataOf(all.download(`users/alice/names/${name}`)), bytes, name)
      assert.equal((await dataOf(users.info(`alice/names/${name}`))).name, `alice/names/${name}`)
    }
  })

  it('a bucket is the first segment of the cloudPath, and the bucket of fileIDs has all files', async () => {
    const { fileID } = await alice.app.uploadFile({ cloudPath: 'users/alice/app.png', filePath: { blob: PICTURE } })
    assert.equal(fileID, `cloud://demo-1abcde.${BUCKET}/users/alice/app.png`)
    assert.deepEqual(await dataOf(users.download('alice/app.png')), PICTURE)
    assert.deepEqual(await dataOf(all.download('users/alice/app.png')), PICTURE)
    assert.deepEqual(await dataOf(all.upload('users/alice/all.png', OTHER)), {
      id: (await dataOf(users.info('alice/all.png'))).id,
      path: 'users/alice/all.png',
      fullPath: `${BUCKET}/users/alice/all.png`,
    })
  })

  it('upload replaces a file only with upsert; update always does, and makes a new file, too', async () => {
    await dataOf(users.upload('alice/once.png', PICTURE))
    for (const body of [OTHER, { blob: OTHER }]) {
      assert.equal(await codeOf(users.upload('alice/once.png', body)), 'STORAGE_FILE_EXIST')
    }
    assert.deepEqual(await dataOf(users.download('alice/once.png')), PICTURE)
    await dataOf(users.upload('alice/once.png', { blob: OTHER }, { upsert: true }))
    assert.deepEqual(await dataOf(users.download('alice/once.png')), OTHER)
    for (const body of [PICTURE, { blob: OTHER }]) {
      await dataOf(users.update('alice/once.png', body))
      await dataOf(users.update(`alice/updated-${Buffer.isBuffer(body)}.png`, body))
    }
    assert.deepEqual(await dataOf(users.download('alice/once.png')), OTHER)
  })

  it('info returns what upload was told, from bytes and from a Blob', async () => {
    const options = { cacheControl: '77', contentType: 'image/webp', metadata: { from: '杭州', n: 1 } }
    for (const [name, body] of [
      ['told-raw', PICTURE],
      ['told-form', { blob: PICTURE }],
    ] as const) {
      await dataOf(users.upload(`alice/${name}`, body, options))
      const { etag, lastModified, createdAt, id: _, ...info } = await dataOf(users.info(`alice/${name}`))
      assert.deepEqual(info, {
        name: `alice/${name}`,
        version: null,
        bucketId: 'users',
        size: PICTURE.length,
        contentType: 'image/webp',
        cacheControl: 'max-age=77',
        metadata: { from: '杭州', n: 1 },
      })
      assert.match(String(etag), /^"[0-9a-f]{64}"$/)
      for (const time of [lastModified, createdAt]) assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 600_000)
    }
  })

  it('exists: true, false for a missing file, an error for a file of somebody else', async () => {
    assert.equal(await dataOf(users.exists('alice/bytes.png')), true)
    assert.equal(await dataOf(users.exists('alice/none.png')), false)
    // The SDK keeps only the text of this error.
    assert.match((await users.exists('bob/a.png')).error?.message ?? '', /storage rules deny/)
  })

  it('the rules decide about every call', async () => {
    await dataOf(admin.files('users').upload('bob/a.png', PICTURE))
    for (const [call, answer] of Object.entries({
      upload: users.upload('bob/b.png', PICTURE),
      form: users.upload('bob/b.png', { blob: PICTURE }),
      update: users.update('bob/a.png', OTHER),
      info: users.info('bob/a.png'),
      remove: users.remove(['bob/a.png']),
      'copy from': users.copy('bob/a.png', 'alice/stolen.png'),
      'copy to': users.copy('alice/bytes.png', 'bob/b.png'),
      move: users.move('bob/a.png', 'alice/stolen.png'),
      sign: users.createSignedUrl('bob/a.png', 60),
      'upload URL': users.createSignedUploadUrl('bob/b.png'),
      'nobody uploads': nobody.files('users').upload('alice/b.png', PICTURE),
      'nobody reads': nobody.files('users').info('alice/bytes.png'),
    })) {
      assert.equal(await codeOf(answer as ReturnType<BucketFiles['info']>), DENIED, call)
    }
    assert.equal((await users.download('bob/a.png')).error?.status, 403)
    assert.deepEqual(await dataOf(admin.files('users').download('bob/a.png')), PICTURE)
    assert.equal(await dataOf(admin.files('users').exists('bob/b.png')), false)
  })

  it('remove returns the files that it deleted', async () => {
    await dataOf(users.upload('alice/rm.png', PICTURE, { metadata: { a: 1 } }))
    const removed = await dataOf(users.remove(['alice/none.png', 'alice/rm.png', 'bob/a.png', 'alice/rm.png']))
    assert.deepEqual(
      removed.map(({ name, bucket_id, user_metadata }) => [name, bucket_id, user_metadata]),
      [['alice/rm.png', 'users', { a: 1 }]],
    )
    assert.equal(await dataOf(users.exists('alice/rm.png')), false)
    assert.deepEqual(await dataOf(users.remove(['alice/rm.png'])), [])
  })

  it('copy and move, also into another bucket; an existing file is replaced only with upsert', async () => {
    await dataOf(users.upload('alice/from.png', PICTURE, { metadata: { a: 1 } }))
    assert.deepEqual(await dataOf(users.copy('alice/from.png', 'alice/to.png')), { path: 'users/alice/to.png' })
    assert.deepEqual((await dataOf(users.info('alice/to.png'))).metadata, { a: 1 })
    assert.equal(await codeOf(users.copy('alice/from.png', 'alice/to.png')), 'STORAGE_FILE_EXIST')
    const replaced = { upsert: true, copyMetadata: false, metadata: { b: 2 } }
    await dataOf(users.copy('alice/from.png', 'alice/to.png', replaced))
    assert.deepEqual((await dataOf(users.info('alice/to.png'))).metadata, { b: 2 })
    const elsewhere = { destinationBucket: BUCKET }
    const { path } = await dataOf(users.copy('alice/from.png', 'users/alice/across.png', elsewhere))
    assert.equal(path, `${BUCKET}/users/alice/across.png`)
    assert.equal(await codeOf(users.move('alice/from.png', 'alice/to.png')), 'STORAGE_FILE_EXIST')
    assert.deepEqual(await dataOf(users.move('alice/from.png', 'alice/moved.png')), { message: 'Successfully moved' })
    assert.equal(await dataOf(users.exists('alice/from.png')), false)
    assert.deepEqual(await dataOf(users.download('alice/moved.png')), PICTURE)
    assert.equal(await codeOf(users.copy('alice/none.png', 'alice/x.png')), 'STORAGE_FILE_NONEXIST')
    assert.equal(await codeOf(users.copy('alice/moved.png', 'alice/moved.png')), 'INVALID_PARAM')
  })

  it('createSignedUrl: a URL with the given lifetime, which takes a download name', async () => {
    const { fullSignedURL } = await dataOf(users.createSignedUrl('alice/bytes.png', 60))
    assert.deepEqual(await fetched(fullSignedURL), PICTURE)
    assert.ok(Math.abs(Number(new URL(fullSignedURL).searchParams.get('t')) - Date.now() / 1000 - 60) < 30)
    const named = await dataOf(users.createSignedUrl('alice/bytes.png', 60, { download: '图 1.png' }))
    const { headers } = await fetch(named.fullSignedURL)
    assert.match(headers.get('content-disposition') ?? '', /^attachment;.*filename\*=UTF-8''%E5%9B%BE%201.png/)
    assert.equal(await codeOf(users.createSignedUrl('alice/none.png', 60)), 'STORAGE_FILE_NONEXIST')
    assert.equal(await codeOf(users.createSignedUrl('alice/bytes.png', 86_401)), 'INVALID_PARAM')
  })

  it('createSignedUrls: a URL or an error for each, also for more than one request takes', async () => {
    const paths = [
      'alice/bytes.png',
      'alice/none.png',
      'bob/a.png',
      ...Array.from({ length: 500 }, () => 'alice/blob.png'),
    ]
    const urls = await dataOf(users.createSignedUrls(paths, 60))
    assert.deepEqual(
      urls.map(({ path }) => path),
      paths,
    )
    const [found, missing, denied] = urls
    assert.deepEqual(await fetched(found?.fullSignedURL ?? ''), PICTURE)
    assert.equal(missing?.fullSignedURL, null)
    assert.match(missing?.error ?? '', /STORAGE_FILE_NONEXIST/)
    assert.match(denied?.error ?? '', /STORAGE_EXCEED_AUTHORITY/)
    assert.deepEqual(await fetched(urls.at(-1)?.fullSignedURL ?? ''), OTHER)
  })

  it('createSignedUploadUrl: its token uploads without a login, its URL takes the bytes', async () => {
    const { fullSignedURL, token, path } = await dataOf(users.createSignedUploadUrl('alice/signed.png'))
    assert.equal(path, 'alice/signed.png')
    const wrong = nobody.files('users').uploadToSignedUrl('alice/other.png', token, PICTURE)
    assert.equal(await codeOf(wrong), 'STORAGE_SIGN_PARAM_INVALID')
    const stored = await dataOf(
      nobody.files('users').uploadToSignedUrl(path, token, { blob: PICTURE }, { cacheControl: '5' }),
    )
    assert.deepEqual(stored, { path, fullPath: 'users/alice/signed.png' })
    assert.equal((await dataOf(users.info(path))).cacheControl, 'max-age=5')
    assert.equal(await codeOf(nobody.files('users').uploadToSignedUrl(path, token, OTHER)), 'STORAGE_FILE_EXIST')
    assert.equal((await fetch(fullSignedURL, { method: 'PUT', body: new Uint8Array(OTHER) })).status, 409)
    assert.equal(await codeOf(users.createSignedUploadUrl(path)), 'STORAGE_FILE_EXIST')
    const again = await dataOf(users.createSignedUploadUrl(path, { upsert: true }))
    assert.equal((await fetch(again.fullSignedURL, { method: 'PUT', body: new Uint8Array(OTHER) })).status, 200)
    assert.deepEqual(await dataOf(users.download(path)), OTHER)
  })

  it('getPublicUrl: for everybody where everybody may read, else refused', async () => {
    await dataOf(admin.files('open').upload('图 1.png', PICTURE))
    const { data } = await nobody.files('open').getPublicUrl('图 1.png')
    assert.deepEqual(await fetched(data.publicUrl), PICTURE)
    const named = await nobody.files('open').getPublicUrl('图 1.png', { download: true })
    assert.match((await fetch(named.data.publicUrl)).headers.get('content-disposition') ?? '', /^attachment/)
    const secret = await alice.files('users').getPublicUrl('alice/bytes.png')
    assert.equal((await fetch(secret.data.publicUrl)).status, 403)
  })

  it('list: the files that the caller may read, and the folders with such files', async () => {
    for (const path of ['l/a.png', 'l/b/1.png', 'l/b/2.png', 'l/c.png'])
      await dataOf(users.upload(`alice/${path}`, PICTURE))
    await dataOf(admin.files('users').upload('carol/a.png', PICTURE))
    const deep = await dataOf(users.list('alice/l/'))
    assert.deepEqual(namesOf(deep), ['alice/l/a.png', 'alice/l/b/1.png', 'alice/l/b/2.png', 'alice/l/c.png'])
    assert.equal(deep.hasNext, false)
    assert.equal(deep.objects[0]?.metadata?.size, PICTURE.length)
    const folder = await dataOf(
      users.list('alice/l/', { withDelimiter: true, sortBy: { column: 'name', order: 'desc' } }),
    )
    assert.deepEqual(
      folder.folders.map(({ name }) => name),
      ['alice/l/b/'],
    )
    assert.deepEqual(
      folder.objects.map(({ name }) => name),
      ['alice/l/c.png', 'alice/l/a.png'],
    )
    assert.deepEqual(namesOf(await dataOf(users.list('', { withDelimiter: true }))), ['alice/'])
    assert.deepEqual(namesOf(await dataOf(all.list('users/', { withDelimiter: true }))), ['users/alice/'])
    assert.deepEqual(namesOf(await dataOf(nobody.files(BUCKET).list('', { withDelimiter: true }))), ['open/'])
    const everything = await dataOf(admin.files('users').list('', { withDelimiter: true }))
    assert.deepEqual(namesOf(everything), ['alice/', 'bob/', 'carol/'])
    assert.equal(await codeOf(users.list('', { sortBy: { column: 'created_at' } })), 'INVALID_PARAM')
  })

  it('list: pages by cursor, in both orders', async () => {
    const numbers = Array.from({ length: 7 }, (_, n) => `alice/pages/${n}.png`)
    for (const path of numbers) await dataOf(users.upload(path, 'x'))
    for (const order of ['asc', 'desc'] as const) {
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const options = { limit: 3, sortBy: { column: 'name', order }, ...(cursor && { cursor }) }
        const page = await dataOf(users.list('alice/pages/', options))
        seen.push(...namesOf(page))
        assert.equal(page.hasNext, page.nextCursor !== undefined)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      assert.deepEqual(seen, order === 'asc' ? numbers : numbers.toReversed())
    }
  })

  it('buckets: everybody sees the one of the environment, administrators also the folders', async () => {
    for (const client of [alice, nobody]) {
      const [only, ...others] = await dataOf(client.buckets.listBuckets())
      assert.deepEqual([only?.id, only?.public, others], [BUCKET, false, []])
      assert.equal((await dataOf(client.buckets.getBucket(BUCKET))).id, BUCKET)
      assert.equal(await codeOf(client.buckets.getBucket('users')), 'NOT_FOUND')
    }
    const buckets = await dataOf(admin.buckets.listBuckets())
    assert.deepEqual(
      buckets.map((bucket) => [bucket.id, bucket.public]),
      [
        [BUCKET, false],
        ['open', true],
        ['users', false],
      ],
    )
    const some = await dataOf(admin.buckets.listBuckets({ search: 'e', sortOrder: 'desc', limit: 1, offset: 1 }))
    assert.deepEqual(
      some.map(({ id }) => id),
      ['open'],
    )
    assert.equal((await dataOf(admin.buckets.getBucket('open'))).public, true)
    assert.equal(await codeOf(admin.buckets.getBucket('none')), 'NOT_FOUND')
  })

  it('buckets need no creation', async () => {
    for (const [client, code] of [
      [alice, 'ACTION_FORBIDDEN'],
      [admin, 'UNIMPLEMENTED'],
    ] as const) {
      assert.equal(await codeOf(client.buckets.createBucket('new', { public: true })), code)
      assert.equal(await codeOf(client.buckets.updateBucket('users', { public: true })), code)
      assert.equal(await codeOf(client.buckets.deleteBucket('users')), code)
    }
  })
})
