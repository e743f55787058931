import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type StorageAcl, signIn, signInCustom, type User, WEB } from '../cloudstead.ts'
import type { Bench, Group } from '../group.ts'
import type { Plan } from '../job.ts'
import { compare, type Row } from '../measure.ts'
import type { Server } from '../processes.ts'

const FILES = 500
const FILE_BYTES = 1024
const PER_CALL = 50
/** Number of different calls, which the load repeats. */
const CALLS = 40

const OWN_FILES = 'auth != null && resource.openid == auth.openid'
const PRIVATE: StorageAcl = { read: OWN_FILES, write: OWN_FILES }
/** Like the preset READONLY, but as custom rules like the other side. */
const PUBLIC: StorageAcl = { read: true, write: OWN_FILES }
/** Private files may take 1.15 times as long as public ones. */
const PRIVATE_TO_PUBLIC = 1 / 1.15

/** Fifty temporary URLs per call: signed URLs against a bare program, and private files against public ones. */
export const urlsGroup: Group = {
  name: 'urls',
  async run(bench) {
    return [await againstBare(bench), await privateAgainstPublic(bench)]
  },
}

async function againstBare(bench: Bench): Promise<Row> {
  const server = await bench.cloudstead()
  const user = await signIn(server)
  const fileIds = await user.uploadFiles('page', FILES, FILE_BYTES)
  const list = join(bench.directory(), 'ids.json')
  writeFileSync(list, JSON.stringify(fileIds))
  const bare = await bench.ceiling('urls', join(bench.directory(), 'files.db'), list)

  const bodies = callsOf(user, fileIds)
  // All fifty URLs of the first call must be signed; the answers of later calls are only searched for a signature.
  const signed = await user.signedPaths(fileIds.slice(0, PER_CALL))
  if (signed.length !== PER_CALL) throw new Error(`asked for ${PER_CALL} URLs, got ${signed.length}`)
  const { ours, bare: ceiling } = await bench.takeTurns({
    ours: () => post(bench, server, WEB, bodies, 'sign='),
    bare: () => post(bench, bare, '/', bodies, 'sign='),
  })
  await server.stop()
  await bare.stop()
  return compare('50 temporary URLs per call, c=16', ours, 'bare reads + HMACs', ceiling, { ratioAtLeast: 0.6 })
}

/** Two servers with the same files and the same user, and different rules for reading. */
async function privateAgainstPublic(bench: Bench): Promise<Row> {
  const sideOf = async (acl: StorageAcl, signed: boolean) => {
    const server = await bench.cloudstead({ acl })
    const user = await signInCustom(server, 'alice')
    const fileIds = await user.uploadFiles('page', FILES, FILE_BYTES)
    const paths = await user.urlPaths(fileIds)
    const odd = paths.find((path) => path.includes('?sign=') !== signed)
    if (odd !== undefined || paths.length !== FILES) throw new Error(`${paths.length} URLs; not as expected: ${odd}`)
    const bodies = callsOf(user, fileIds)
    const extension = signed ? '.jpg?sign=' : '.jpg"'
    return () => post(bench, server, WEB, bodies, extension)
  }
  const rounds = await bench.takeTurns({
    private: await sideOf(PRIVATE, true),
    public: await sideOf(PUBLIC, false),
  })
  const aim = { ratioAtLeast: PRIVATE_TO_PUBLIC }
  return compare('50 URLs of private files, c=16', rounds.private, '50 of public files', rounds.public, aim)
}

/** Bodies of calls with 50 different files each. */
function callsOf(user: User, fileIds: readonly string[]): string[] {
  return Array.from({ length: CALLS }, (_, call) => {
    // 7 and 500 have no common factor, so each call has 50 different files, and all calls differ.
    const chosen = Array.from({ length: PER_CALL }, (_, n) => fileIds[(call * 13 + n * 7) % FILES])
    return user.body('storage.batchGetDownloadUrl', { file_list: chosen.map((fileid) => ({ fileid, max_age: 7200 })) })
  })
}

function post(bench: Bench, target: Server, path: string, bodies: readonly string[], expect: string) {
  const plan: Plan = { kind: 'post', path, bodies }
  return bench.drive(target, { plan, expect, connections: 16, seconds: bench.scale.seconds, requests: 100_000 })
}
