import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cloudstead, type StorageAcl, signIn, signInCustom, type User, WEB } from '../cloudstead.ts'
import type { Bench } from '../group.ts'
import type { Plan } from '../job.ts'
import type { RateAim, Side } from '../measure.ts'
import type { Server } from '../processes.ts'
import { lazily, type Scene, sceneGroup } from '../scenes.ts'

const FILES = 500
const FILE_BYTES = 1024
const PER_CALL = 50
const CONNECTIONS = 16
/** Number of different calls, which the load repeats. */
const CALLS = 40

const OWN_FILES = 'auth != null && resource.openid == auth.openid'
const PRIVATE: StorageAcl = { read: OWN_FILES, write: OWN_FILES }
/** Like the preset READONLY, but as custom rules like the other side. */
const PUBLIC: StorageAcl = { read: true, write: OWN_FILES }
/** Private files may take 1.15 times as long as public ones. */
const PRIVATE_TO_PUBLIC = 1 / 1.15

/** Temporary URLs: signed ones against a bare program, and private files against public ones. */
export const urlsGroup = sceneGroup('urls', (bench) => [againstBare(bench), privateAgainstPublic(bench)])

const LOADS: readonly { what: string; perCall: number; connections: number; aim?: RateAim }[] = [
  { what: 'sign 50 URLs per call', perCall: PER_CALL, connections: CONNECTIONS, aim: { ratioAtLeast: 0.7 } },
  { what: 'sign 1 URL per call', perCall: 1, connections: 1 },
  { what: 'sign 1 URL per call', perCall: 1, connections: 32, aim: { ratioAtLeast: 0.6 } },
]

function againstBare(bench: Bench): Scene {
  return {
    async lines(server) {
      const user = await signIn(server)
      const fileIds = await user.uploadFiles('page', FILES, FILE_BYTES)
      const bare = lazily(() => {
        const list = join(bench.directory(), 'ids.json')
        writeFileSync(list, JSON.stringify(fileIds))
        return bench.ceiling('urls', join(bench.directory(), 'files.db'), list)
      })
      // All URLs must be signed; the answers of later calls are only searched for a signature.
      const signed = await user.signedPaths(fileIds)
      if (signed.length !== FILES) throw new Error(`asked for ${FILES} URLs, got ${signed.length}`)
      return LOADS.map(({ what, perCall, connections, aim }) => {
        const bodies = callsOf(user, fileIds, perCall)
        return {
          name: `${what}, c=${connections}`,
          ours: () => post(bench, server, WEB, bodies, 'sign=', connections),
          ceilings: [
            {
              name: 'bare read + HMACs',
              side: async () => post(bench, await bare(), '/', bodies, 'sign=', connections),
              ...(aim !== undefined && { aim }),
            },
          ],
        }
      })
    },
  }
}

/** Two servers with the same files and the same user, and different rules for reading. */
function privateAgainstPublic(bench: Bench): Scene {
  const sideOf = async (server: Cloudstead, signed: boolean): Promise<Side> => {
    const user = await signInCustom(server, 'alice')
    const fileIds = await user.uploadFiles('page', FILES, FILE_BYTES)
    const paths = await user.urlPaths(fileIds)
    const odd = paths.find((path) => path.includes('?sign=') !== signed)
    if (odd !== undefined || paths.length !== FILES) throw new Error(`${paths.length} URLs; not as expected: ${odd}`)
    const bodies = callsOf(user, fileIds, PER_CALL)
    const extension = signed ? '.jpg?sign=' : '.jpg"'
    return () => post(bench, server, WEB, bodies, extension, CONNECTIONS)
  }
  const publicSide = lazily(async () => sideOf(await bench.cloudstead({ acl: PUBLIC }), false))
  return {
    options: () => ({ acl: PRIVATE }),
    async lines(server) {
      return [
        {
          name: `50 URLs of private files, c=${CONNECTIONS}`,
          ours: await sideOf(server, true),
          ceilings: [
            {
              name: '50 of public files',
              side: async (round) => (await publicSide())(round),
              aim: { ratioAtLeast: PRIVATE_TO_PUBLIC },
            },
          ],
        },
      ]
    },
  }
}

/** Bodies of calls with different files each. */
function callsOf(user: User, fileIds: readonly string[], perCall: number): string[] {
  return Array.from({ length: CALLS }, (_, call) => {
    // 7 and 500 have no common factor, so each call has different files, and all calls differ.
    const chosen = Array.from({ length: perCall }, (_, n) => fileIds[(call * 13 + n * 7) % FILES])
    return user.body('storage.batchGetDownloadUrl', { file_list: chosen.map((fileid) => ({ fileid, max_age: 7200 })) })
  })
}

function post(
  bench: Bench,
  target: Server,
  path: string,
  bodies: readonly string[],
  expect: string,
  connections: number,
) {
  const plan: Plan = { kind: 'post', path, bodies }
  return bench.drive(target, { plan, expect, connections, seconds: bench.scale.seconds, requests: 100_000 })
}
