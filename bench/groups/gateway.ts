import { COLLECTION, inParallel, signIn, WEB } from '../cloudstead.ts'
import type { Bench } from '../group.ts'
import type { Plan } from '../job.ts'
import { type Scene, sceneGroup } from '../scenes.ts'

const DOCUMENTS = 1000
const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(6)
const FILES = 500
const PER_CALL = 50
const DOCUMENTS_PATH = `/v1/database/instances/(default)/databases/(default)/collections/${COLLECTION}/documents`
/** The calls of GATEWAY mode may take 1.05 times as long. */
const AIM = { ratioAtLeast: 1 / 1.05 }

/** The same calls of the SDK in its two modes: dialect C against dialect A. */
export const gatewayGroup = sceneGroup('gateway', (bench) => [scene(bench)])

function scene(bench: Bench): Scene {
  return {
    async lines(server) {
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
      const ids = Array.from({ length: DOCUMENTS }, (_, n) => `doc${n}`)
      const queries = ids.map(
        (id) => `projection=%7B%7D&offset=0&limit=100&query=${encodeURIComponent(`{"_id":"${id}"}`)}&`,
      )

      return [
        {
          name: 'GATEWAY upload URL, c=32',
          ours: storage(
            'get-objects-upload-info',
            paths.map((objectId) => [{ objectId }]),
            '"uploadUrl"',
            32,
          ),
          ceilings: [
            {
              name: 'CLOUD_API upload URL',
              side: action(
                'storage.getUploadMetadata',
                paths.map((path) => ({ path })),
                '"url"',
                32,
              ),
              aim: AIM,
            },
          ],
        },
        {
          name: 'GATEWAY 50 temporary URLs, c=16',
          ours: storage(
            'get-objects-download-info',
            pages.map((page) => page.map((cloudObjectId) => ({ cloudObjectId }))),
            'sign=',
            16,
          ),
          ceilings: [
            {
              name: 'CLOUD_API 50 URLs',
              side: action(
                'storage.batchGetDownloadUrl',
                pages.map((page) => ({ file_list: page.map((fileid) => ({ fileid, max_age: 7200 })) })),
                'sign=',
                16,
              ),
              aim: AIM,
            },
          ],
        },
        {
          name: 'GATEWAY document read, c=32',
          ours: () =>
            drive({ kind: 'get', paths: queries.map((text) => `${DOCUMENTS_PATH}?${text}`), token }, '"filler"', 32),
          ceilings: [
            {
              name: 'CLOUD_API document read',
              side: action(
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
              aim: AIM,
            },
          ],
        },
      ]
    },
  }
}
