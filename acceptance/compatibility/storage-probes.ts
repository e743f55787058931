import type { Bucket } from '../support/sdk.ts'
import {
  BYTES,
  bytesAt,
  type Client,
  equal,
  invoke,
  ok,
  type Probes,
  reasonOfRefusal,
  sameBytes,
  uploaded,
  urlOf,
} from './probe.ts'

export const appProbes: Probes = {
  'app.auth': async ({ auth }) => ok(typeof auth.getLoginState === 'function', 'an auth object'),
  'app.database': async ({ app }) => ok(app.database().command, 'a database'),
  'app.storage': async ({ app }) => ok(app.storage, 'a storage object'),
  'app.registerEndPoint': async (client) => {
    await invoke(client.app, 'registerEndPoint', `//${client.host}/web`, 'http')
    await uploaded(client, 'registered.png')
  },
  'app.registerEndPointWithKey': async (client) => {
    await invoke(client.app, 'registerEndPointWithKey', {
      key: 'GATEWAY',
      url: `//${client.host}/v1`,
      protocol: 'http',
    })
    await uploaded(client, 'registered.png')
  },
  'app.registerHost': async (client) => {
    await invoke(client.app, 'registerHost', client.host, 'http')
    await uploaded(client, 'registered.png')
  },
  'app.getEndPointWithKey': async ({ app, host }) => {
    ok(JSON.stringify(await invoke(app, 'getEndPointWithKey', 'GATEWAY')).includes(host), 'the registered host')
  },
  'app.uploadFile': async (client) => {
    for (const method of ['put', 'post'] as const) {
      const cloudPath = `${client.root}/图 ${method}.png`
      const filePath = client.pick(BYTES, 'a.png') as string
      const { fileID } = await client.app.uploadFile({ cloudPath, filePath, method })
      ok(fileID.endsWith(cloudPath), 'the fileID of the path')
      sameBytes(await bytesAt(await urlOf(client, fileID)))
    }
  },
  'app.uploadFile that is refused': async (client) => {
    const filePath = client.pick(BYTES, 'a.png') as string
    const refused = client.app.uploadFile({ cloudPath: 'users/somebody/a.png', filePath })
    ok((await reasonOfRefusal(refused)).includes('STORAGE_EXCEED_AUTHORITY'), 'the code')
  },
  'app.downloadFile that is refused': async (client) => {
    const fileID = (await uploaded(client, 'download.png')).replace(client.root, 'users/somebody')
    ok((await reasonOfRefusal(client.app.downloadFile({ fileID }))).includes('STORAGE_EXCEED_AUTHORITY'), 'the code')
  },
  'app.getUploadMetadata': async (client) => {
    const { data } = await client.app.getUploadMetadata({ cloudPath: `${client.root}/metadata.png` })
    equal((await fetch(data.url, { method: 'PUT', body: BYTES })).status, 200)
    sameBytes(await bytesAt(await urlOf(client, data.fileId)))
  },
  'app.getTempFileURL': async (client) => {
    const fileID = await uploaded(client, 'urls.png')
    const { fileList } = await client.app.getTempFileURL({ fileList: [{ fileID, maxAge: 60 }, `${fileID}x`] })
    equal(
      fileList.map((item) => [item.fileID, item.code]),
      [
        [fileID, 'SUCCESS'],
        [`${fileID}x`, 'STORAGE_FILE_NONEXIST'],
      ],
    )
    sameBytes(await bytesAt(fileList[0]?.tempFileURL ?? ''))
  },
  'app.downloadFile': async (client) => {
    const fileID = await uploaded(client, 'download.png')
    sameBytes(await client.downloaded(await client.app.downloadFile({ fileID })))
  },
  'app.deleteFile': async (client) => {
    const fileID = await uploaded(client, 'delete.png')
    const { fileList } = await client.app.deleteFile({ fileList: [fileID] })
    equal(
      fileList.map((item) => [item.fileID, item.code]),
      [[fileID, 'SUCCESS']],
    )
  },
  'app.copyFile': async (client) => {
    const fileID = await uploaded(client, 'copy.png')
    const { root } = client
    const { fileList } = await client.app.copyFile({
      fileList: [{ srcPath: `${root}/copy.png`, dstPath: `${root}/copied.png`, overwrite: true }],
    })
    equal(fileList[0]?.code, 'SUCCESS')
    sameBytes(await bytesAt(await urlOf(client, fileID.replace('copy.png', 'copied.png'))))
  },
  'app.getFileInfo': async (client) => {
    const fileID = await uploaded(client, 'info.png')
    const { fileList } = await client.app.getFileInfo({ fileList: [fileID] })
    equal([fileList[0]?.code, fileList[0]?.size, fileList[0]?.contentType], ['SUCCESS', BYTES.length, 'image/png'])
  },
}

/**
 * The classic calls of a bucket, and the fileID of a file there. The bucket argument of older versions becomes part of fileIDs;
 * newer ones take none and need fileIDs for everything but uploads and copies.
 */
async function classic(client: Client): Promise<{ bucket: Bucket; fileID: string }> {
  const fileID = await uploaded(client, 'bucket.png')
  const [, name = ''] = /^cloud:\/\/[^.]+\.([^/]+)\//.exec(fileID) ?? []
  const from = client.app.storage.from as (bucket?: string) => Bucket
  const named = from.call(client.app.storage, name)
  // 3.7.0 returns the client of the newer service for a name.
  return { bucket: 'setHeader' in named ? from.call(client.app.storage) : named, fileID }
}

async function data<T>(answer: Promise<{ data: T | null; error: Error | null }>): Promise<T> {
  const { data, error } = await answer
  if (error) throw error
  if (data === null) throw new Error('no data')
  return data
}

export const classicProbes: Probes = {
  'storage.from': async (client) => ok((await classic(client)).bucket, 'a bucket'),
  'bucket.throwOnError': async (client) => {
    const { bucket } = await classic(client)
    ok(typeof (await invoke(bucket, 'throwOnError')) === 'object', 'itself')
  },
  'bucket.upload': async (client) => {
    const { bucket } = await classic(client)
    const stored = await data(bucket.upload(`${client.root}/up.png`, client.pick(BYTES, 'up.png')))
    sameBytes(await bytesAt(await urlOf(client, stored.id)))
  },
  'bucket.update': async (client) => {
    const { bucket } = await classic(client)
    ok((await data(bucket.update(`${client.root}/up.png`, client.pick(BYTES, 'up.png')))).id, 'an id')
  },
  'bucket.createSignedUploadUrl': async (client) => {
    const { bucket } = await classic(client)
    const { signedUrl } = await data(bucket.createSignedUploadUrl(`${client.root}/signed.png`))
    equal((await fetch(signedUrl, { method: 'PUT', body: BYTES })).status, 200)
  },
  'bucket.uploadToSignedUrl': async (client) => {
    const { bucket } = await classic(client)
    const path = `${client.root}/signed.png`
    const { token } = await data(bucket.createSignedUploadUrl(path))
    ok((await data(bucket.uploadToSignedUrl(path, token, client.pick(BYTES, 'signed.png')))).id, 'an id')
  },
  'bucket.createSignedUrl': async (client) => {
    const { bucket, fileID } = await classic(client)
    const { signedUrl } = await data(bucket.createSignedUrl(fileID, 60))
    sameBytes(await bytesAt(signedUrl))
  },
  'bucket.createSignedUrls': async (client) => {
    const { bucket, fileID } = await classic(client)
    const [first] = await data(bucket.createSignedUrls([fileID], 60))
    sameBytes(await bytesAt(first?.signedUrl ?? ''))
  },
  'bucket.getPublicUrl': async (client) => {
    const { bucket, fileID } = await classic(client)
    sameBytes(await bytesAt((await data(bucket.getPublicUrl(fileID))).publicUrl))
  },
  'bucket.download': async (client) => {
    const { bucket, fileID } = await classic(client)
    sameBytes(new Uint8Array(await (await data(bucket.download(fileID))).arrayBuffer()))
  },
  'bucket.info': async (client) => {
    const { bucket, fileID } = await classic(client)
    equal((await data(bucket.info(fileID))).size, BYTES.length)
  },
  'bucket.exists': async (client) => {
    const { bucket, fileID } = await classic(client)
    equal(await data(bucket.exists(fileID)), true)
  },
  'bucket.copy': async (client) => {
    const { bucket, fileID } = await classic(client)
    await data(bucket.copy(`${client.root}/bucket.png`, `${client.root}/bucket-copy.png`))
    await urlOf(client, fileID.replace('bucket.png', 'bucket-copy.png'))
  },
  'bucket.move': async (client) => {
    const { bucket, fileID } = await classic(client)
    await data(bucket.move(`${client.root}/bucket.png`, `${client.root}/bucket-moved.png`))
    await urlOf(client, fileID.replace('bucket.png', 'bucket-moved.png'))
  },
  'bucket.remove': async (client) => {
    const { bucket, fileID } = await classic(client)
    equal((await data(bucket.remove([fileID]))).length, 1)
  },
}
