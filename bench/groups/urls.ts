import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signIn, WEB } from '../cloudstead.ts'
import type { Group } from '../group.ts'
import type { Plan } from '../job.ts'
import { compare } from '../measure.ts'
import type { Server } from '../processes.ts'

const FILES = 500
const PER_CALL = 50
/** Different calls that the load repeats. */
const CALLS = 40

/** Fifty signed temporary URLs per call. */
export const urlsGroup: Group = {
  name: 'urls',
  async run(bench) {
    const server = await bench.cloudstead()
    const user = await signIn(server)
    const fileIds = await user.uploadFiles('page', FILES, 1024)
    const list = join(bench.directory(), 'ids.json')
    writeFileSync(list, JSON.stringify(fileIds))
    const bare = await bench.ceiling('urls', join(bench.directory(), 'files.db'), list)

    const bodies = Array.from({ length: CALLS }, (_, call) => {
      // 7 and 500 have no common factor: each call has 50 different files, and the calls differ.
      const chosen = Array.from({ length: PER_CALL }, (_, n) => fileIds[(call * 13 + n * 7) % FILES])
      return user.body('storage.batchGetDownloadUrl', {
        file_list: chosen.map((fileid) => ({ fileid, max_age: 7200 })),
      })
    })
    // Every URL of the first call is signed, and there are fifty; after that each answer is looked at less closely.
    const signed = await user.signedPaths(fileIds.slice(0, PER_CALL))
    if (signed.length !== PER_CALL) throw new Error(`asked for ${PER_CALL} URLs, got ${signed.length}`)
    const run = (target: Server, path: string) => () => {
      const plan: Plan = { kind: 'post', path, bodies }
      return bench.drive(target, {
        plan,
        expect: 'sign=',
        connections: 16,
        seconds: bench.scale.seconds,
        requests: 100_000,
      })
    }
    const { ours, bare: ceiling } = await bench.takeTurns({ ours: run(server, WEB), bare: run(bare, '/') })
    return [compare('50 temporary URLs per call, c=16', ours, 'bare reads + HMACs', ceiling, { ratioAtLeast: 0.6 })]
  },
}
