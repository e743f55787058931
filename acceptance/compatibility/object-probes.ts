/** The bucket API: `app.storage.from(bucketId)`, and the calls about buckets. */
import { type ApiAnswer, type BucketFiles, bucketsOf, dataOf, filesOf } from '../support/buckets.ts'
import { BYTES, bytesAt, type Client, equal, invoke, ok, type Probes, sameBytes } from './probe.ts'

/** A folder of the first level is a bucket. Everybody has a folder of their own in this one. */
const BUCKET = 'users'

interface Objects {
  readonly files: BucketFiles
  /** Names of files in the user's own folder. */
  name(file: string): string
}

function objectsOf({ app, root }: Client): Objects {
  const files = filesOf(app, BUCKET)
  if (!('setHeader' in files)) throw new Error('the SDK has no bucket API')
  return { files, name: (file) => `${root.slice(BUCKET.length + 1)}/${file}` }
}

/** The bytes as a value that every build sends unchanged. */
const bytes = () => BYTES.slice().buffer

/** Uploads a file. Resolves to its name. */
async function stored(objects: Objects, file: string): Promise<string> {
  await dataOf(objects.files.update(objects.name(file), bytes()))
  return objects.name(file)
}

export const objectProbes: Probes = {
  'storage.listBuckets': async ({ app }) => {
    ok((await dataOf(bucketsOf(app).listBuckets())).length > 0, 'a list of buckets')
  },
  'storage.getBucket': async ({ app }) => {
    const [bucket] = await dataOf(bucketsOf(app).listBuckets())
    equal((await dataOf(bucketsOf(app).getBucket(bucket?.id ?? ''))).id, bucket?.id)
  },
  'objects.upload': async (client) => {
    const { files, name } = objectsOf(client)
    const bodies: unknown[] = [bytes()]
    if (!client.wechat) bodies.push(new Blob([BYTES], { type: 'image/png' }))
    for (const [at, body] of bodies.entries()) {
      const path = name(`图 ${at}.png`)
      equal((await dataOf(files.upload(path, body))).fullPath, `${BUCKET}/${path}`)
      sameBytes(await bytesAt((await dataOf(files.createSignedUrl(path, 60))).fullSignedURL))
      ok((await files.upload(path, body)).error, 'a refusal: the file exists')
    }
  },
  'objects.update': async (client) => {
    const objects = objectsOf(client)
    await stored(objects, 'update.png')
    await stored(objects, 'update.png')
  },
  'objects.download': async (client) => {
    const objects = objectsOf(client)
    const name = await stored(objects, 'download.png')
    const blob = (await dataOf(objects.files.download(name))) as unknown as Blob
    sameBytes(new Uint8Array(await blob.arrayBuffer()))
    const download = objects.files.download(name)
    const stream = await dataOf(invoke(download, 'asStream') as Promise<ApiAnswer<ReadableStream>>)
    sameBytes(new Uint8Array(await new Response(stream).arrayBuffer()))
  },
  'objects.list': async (client) => {
    const objects = objectsOf(client)
    const name = await stored(objects, 'list/a.png')
    const { objects: listed, hasNext } = await dataOf(objects.files.list(objects.name('list/'), { limit: 5 }))
    equal([listed.map((entry) => entry.name), hasNext], [[name], false])
    const { folders } = await dataOf(objects.files.list(objects.name('li'), { withDelimiter: true }))
    equal(
      folders.map((entry) => entry.name),
      [objects.name('list/')],
    )
  },
  'objects.remove': async (client) => {
    const objects = objectsOf(client)
    const name = await stored(objects, 'remove.png')
    equal((await dataOf(objects.files.remove([name]))).length, 1)
    equal(await dataOf(objects.files.exists(name)), false)
  },
  'objects.copy': async (client) => {
    const objects = objectsOf(client)
    const target = objects.name('copied.png')
    await dataOf(objects.files.copy(await stored(objects, 'copy.png'), target, { upsert: true }))
    equal(await dataOf(objects.files.exists(target)), true)
  },
  'objects.move': async (client) => {
    const objects = objectsOf(client)
    const name = await stored(objects, 'move.png')
    await dataOf(objects.files.move(name, objects.name('moved.png')))
    equal(await dataOf(objects.files.exists(name)), false)
  },
  'objects.info': async (client) => {
    const objects = objectsOf(client)
    const info = await dataOf(objects.files.info(await stored(objects, 'info.png')))
    equal([info.size, info.contentType, info.bucketId], [BYTES.length, 'image/png', BUCKET])
  },
  'objects.exists': async (client) => {
    const objects = objectsOf(client)
    equal(await dataOf(objects.files.exists(await stored(objects, 'exists.png'))), true)
    equal(await dataOf(objects.files.exists(objects.name('none.png'))), false)
  },
  'objects.createSignedUrl': async (client) => {
    const objects = objectsOf(client)
    const { fullSignedURL } = await dataOf(objects.files.createSignedUrl(await stored(objects, 'url.png'), 60))
    sameBytes(await bytesAt(fullSignedURL))
  },
  'objects.createSignedUrls': async (client) => {
    const objects = objectsOf(client)
    const names = [await stored(objects, 'urls.png'), objects.name('none.png')]
    const [found, missing] = await dataOf(objects.files.createSignedUrls(names, 60))
    sameBytes(await bytesAt(found?.fullSignedURL ?? ''))
    ok(missing?.error?.includes('STORAGE_FILE_NONEXIST'), 'the code of the missing file')
  },
  'objects.createSignedUploadUrl': async (client) => {
    const { files, name } = objectsOf(client)
    const { fullSignedURL } = await dataOf(files.createSignedUploadUrl(name('signed.png'), { upsert: true }))
    equal((await fetch(fullSignedURL, { method: 'PUT', body: BYTES })).status, 200)
    equal(await dataOf(files.exists(name('signed.png'))), true)
  },
  'objects.uploadToSignedUrl': async (client) => {
    const { files, name } = objectsOf(client)
    const { path, token } = await dataOf(files.createSignedUploadUrl(name('to-signed.png'), { upsert: true }))
    equal((await dataOf(files.uploadToSignedUrl(path, token, bytes()))).path, path)
    equal(await dataOf(files.exists(path)), true)
  },
  'objects.getPublicUrl': async (client) => {
    const objects = objectsOf(client)
    const { data } = await objects.files.getPublicUrl(await stored(objects, 'public.png'))
    // The files of these tests are private.
    equal((await fetch(data.publicUrl)).status, 403)
  },
  'objects.setHeader': async (client) => {
    const objects = objectsOf(client)
    await invoke(objects.files, 'setHeader', 'x-upsert', 'true')
    await stored(objects, 'header.png')
    await dataOf(objects.files.move(objects.name('header.png'), objects.name('header-moved.png')))
  },
  'objects.throwOnError': async (client) => {
    const { files, name } = objectsOf(client)
    await invoke(files, 'throwOnError')
    const thrown = await files.info(name('none.png')).then(
      () => undefined,
      (error: { readonly statusCode?: string }) => error.statusCode,
    )
    equal(thrown, 'STORAGE_FILE_NONEXIST')
  },
  // The last one: it changes what all later calls do.
  'storage.throwOnError': async ({ app }) => {
    await invoke(app.storage, 'throwOnError')
    const thrown = await bucketsOf(app)
      .getBucket('none')
      .then(
        () => undefined,
        (error: { readonly statusCode?: string }) => error.statusCode,
      )
    equal(thrown, 'NOT_FOUND')
  },
}
