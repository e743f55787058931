import { join } from 'node:path'
import type { SqliteJob } from '../ceilings/sqlite.ts'
import { COLLECTION, inParallel, signIn, WEB } from '../cloudstead.ts'
import type { Bench } from '../group.ts'
import type { Server } from '../processes.ts'
import { type Ceiling, type Line, lazily, type Scene, sceneGroup } from '../scenes.ts'

const DOCUMENTS = 1000
/** Documents have about 330 bytes. */
const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(6)
const READ_CONNECTIONS = [1, 8, 32]
const UPDATE_CONNECTIONS = [1, 8, 32, 64]
/** The number of connections with an aim, and with a comparison in process. */
const USUAL = 32
const READ_AIM = { ratioAtLeast: 0.8 }
const UPDATE_AIM = { ratioAtLeast: 1.5 }

/** Point read and update of a document by its id, as the SDK sends them. */
export const documentGroup = sceneGroup('document', (bench) => [scene(bench)])

function scene(bench: Bench): Scene {
  const { seconds } = bench.scale
  const table = (name: string) => [join(bench.directory(), `${name}.db`), String(DOCUMENTS), FILLER]
  const bare = lazily(() => bench.ceiling('documents', ...table('bare')))
  const sqlite = lazily(async () => bench.inProcess<SqliteJob>('sqlite', ...table('sqlite')))
  const post = (target: Server, bodies: readonly string[], expect: string, connections: number) => {
    const plan = { kind: 'post', path: WEB, bodies } as const
    return bench.drive(target, { plan, expect, connections, seconds, requests: 200_000 })
  }
  const inProcess = (operation: SqliteJob['operation']): Ceiling => ({
    name: 'SQLite in process',
    side: async () => (await sqlite()).run({ operation, seconds: seconds / 2 }),
  })

  return {
    async lines(server) {
      const user = await signIn(server)
      await inParallel(DOCUMENTS, (n) =>
        user.call('database.addDocument', { collectionName: COLLECTION, data: { _id: `doc${n}`, n, filler: FILLER } }),
      )
      const reads = Array.from({ length: DOCUMENTS }, (_, n) => user.readBody(COLLECTION, `doc${n}`))
      let rounds = 0
      // Several for each document, with new values in each call, so that every update changes its document.
      const updates = () => {
        rounds += 1
        return Array.from({ length: DOCUMENTS * 4 }, (_, n) =>
          user.updateBody(COLLECTION, `doc${n % DOCUMENTS}`, { n: rounds * 1_000_000 + n }),
        )
      }

      const readLine = (connections: number): Line => {
        const side = async () => post(await bare(), reads, '"filler"', connections)
        const usual = connections === USUAL
        return {
          name: `document read, c=${connections}`,
          ours: () => post(server, reads, '"filler"', connections),
          ceilings: [
            { name: 'bare, 1 read each', side, ...(usual && { aim: READ_AIM }) },
            ...(usual ? [inProcess('read')] : []),
          ],
        }
      }
      const updateLine = (connections: number): Line => {
        const side = async () => post(await bare(), updates(), '"updated":1', connections)
        const usual = connections === USUAL
        return {
          name: `document update, c=${connections}`,
          ours: () => post(server, updates(), '"updated":1', connections),
          ceilings: [
            { name: 'bare, 1 commit each', side, ...(usual && { aim: UPDATE_AIM }) },
            ...(usual ? [inProcess('update')] : []),
          ],
        }
      }
      return [...READ_CONNECTIONS.map(readLine), ...UPDATE_CONNECTIONS.map(updateLine)]
    },
  }
}
