import { COLLECTION, inParallel, signIn, WEB } from '../cloudstead.ts'
import type { Group } from '../group.ts'
import type { Plan } from '../job.ts'
import { compare } from '../measure.ts'

const DOCUMENTS = 1000
const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(6)
const FILES = 500
const PER_CALL = 50
const DOCUMENTS_PATH = `/v1/database/instances/(default)/databases/(default)/collections/${COLLECTION}/documents`
/** The calls of GATEWAY mode may take 1.05 times as long. */
const AIM = { ratioAtLeast: 1 / 1.05 }

/** The same calls of the SDK in its two modes: dialect C against dialect A. */
export const gatewayGroup: Group = {
  name: 'gateway',
  async run(bench) {
    const server = await bench.cloudstead()
    const user = await signIn(server)
    const { token, uid } = user
    await inParallel(DOCUMENTS, (n) =>
      user.call('database.addDocument', { collectionName: COLLECTION, data: { _id: `doc${n}`, n, filler: FILLER } }),
    )
    const fileIds = await user.uploadFiles('page', FILES, 1024)
    const pages = Array.from({ length: 40 }, (_, call) =>
      Array.from({ length: PER_CALL }, (_, n) => fileIds[(call * 13 + n * 7) % FILES]),
    )
    const drive = (plan: Plan, expect: string, connections: number) =>
      bench.drive(server, { plan, expect, connections, seconds: bench.scale.seconds, requests: 200_000 })
    const action = (name: string, params: readonly object[], expect: string, connections: number) => () =>
      drive({ kind: 'post', path: WEB, bodies: params.map((one) => user.body(name, one)) }, expect, connections)
    const storage = (name: string, lists: readonly object[], expect: string, connections: number) => () =>
      drive(
        { kind: 'post', path: `/v1/storages/${name}`, bodies: lists.map((list) => JSON.stringify(list)), token },
        expect,
        connections,
      )

    const paths = Array.from({ length: DOCUMENTS }, (_, n) => `users/${uid}/new${n}.jpg`)
    const tickets = await bench.takeTurns({
      gateway: storage(
        'get-objects-upload-info',
        paths.map((objectId) => [{ objectId }]),
        '"uploadUrl"',
        32,
      ),
      action: action(
        'storage.getUploadMetadata',
        paths.map((path) => ({ path })),
        '"url"',
        32,
      ),
    })
    const urls = await bench.takeTurns({
      gateway: storage(
        'get-objects-download-info',
        pages.map((page) => page.map((cloudObjectId) => ({ cloudObjectId }))),
        'sign=',
        16,
      ),
      action: action(
        'storage.batchGetDownloadUrl',
        pages.map((page) => ({ file_list: page.map((fileid) => ({ fileid, max_age: 7200 })) })),
        'sign=',
        16,
      ),
    })
    const ids = Array.from({ length: DOCUMENTS }, (_, n) => `doc${n}`)
    const queries = ids.map(
      (id) => `projection=%7B%7D&offset=0&limit=100&query=${encodeURIComponent(`{"_id":"${id}"}`)}&`,
    )
    const reads = await bench.takeTurns({
      gateway: () =>
        drive({ kind: 'get', paths: queries.map((text) => `${DOCUMENTS_PATH}?${text}`), token }, '"filler"', 32),
      action: action(
        'database.queryDocument',
        ids.map((_id) => ({
          collectionName: COLLECTION,
          query: { _id },
          queryType: 'DOC',
          multi: false,
          projection: {},
        })),
        '"filler"',
        32,
      ),
    })
    return [
      compare('GATEWAY upload URL, c=32', tickets.gateway, 'CLOUD_API upload URL', tickets.action, AIM),
      compare('GATEWAY 50 temporary URLs, c=16', urls.gateway, 'CLOUD_API 50 URLs', urls.action, AIM),
      compare('GATEWAY document read, c=32', reads.gateway, 'CLOUD_API document read', reads.action, AIM),
    ]
  },
}
