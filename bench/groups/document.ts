import { join } from 'node:path'
import type { SqliteJob } from '../ceilings/sqlite.ts'
import { COLLECTION, inParallel, signIn, WEB } from '../cloudstead.ts'
import type { Group } from '../group.ts'
import { compare } from '../measure.ts'
import type { Server } from '../processes.ts'

const DOCUMENTS = 1000
/** Documents have about 330 bytes. */
const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(6)

/** Point read and update of a document by its id, as the SDK sends them. */
export const documentGroup: Group = {
  name: 'document',
  async run(bench) {
    const server = await bench.cloudstead()
    const user = await signIn(server)
    await inParallel(DOCUMENTS, (n) =>
      user.call('database.addDocument', { collectionName: COLLECTION, data: { _id: `doc${n}`, n, filler: FILLER } }),
    )
    const table = (name: string) => [join(bench.directory(), `${name}.db`), String(DOCUMENTS), FILLER]
    const echo = await bench.ceiling('echo')
    const commit = await bench.ceiling('commit', ...table('commit'))
    const sqlite = bench.inProcess<SqliteJob>('sqlite', ...table('sqlite'))

    const { seconds } = bench.scale
    const post = (target: Server, bodies: readonly string[], expect: string) => {
      const plan = { kind: 'post', path: WEB, bodies } as const
      return bench.drive(target, { plan, expect, connections: 32, seconds, requests: 200_000 })
    }
    const inProcess = (operation: SqliteJob['operation']) => () => sqlite.run({ operation, seconds: seconds / 2 })

    const reads = Array.from({ length: DOCUMENTS }, (_, n) =>
      user.body('database.queryDocument', {
        collectionName: COLLECTION,
        query: { _id: `doc${n}` },
        queryType: 'DOC',
        multi: false,
        projection: {},
      }),
    )
    const read = await bench.takeTurns({
      ours: () => post(server, reads, '"filler"'),
      echo: () => post(echo, reads, '"_id"'),
      sqlite: inProcess('read'),
    })

    // Twice as many as documents, with new values in each round, so that every update changes its document.
    const updates = (round: number) =>
      Array.from({ length: DOCUMENTS * 2 }, (_, n) =>
        user.body('database.updateDocument', {
          collectionName: COLLECTION,
          query: { _id: `doc${n % DOCUMENTS}` },
          queryType: 'DOC',
          data: { $set: { n: (round + 1) * 1_000_000 + n } },
          multi: false,
          merge: true,
          upsert: false,
        }),
      )
    const update = await bench.takeTurns({
      ours: (round) => post(server, updates(round), '"updated":1'),
      echo: (round) => post(echo, updates(round), '"_id"'),
      commit: (round) => post(commit, updates(round), '"updated":1'),
      sqlite: inProcess('update'),
    })

    return [
      compare('document read, c=32', read.ours, 'framework echo', read.echo, { ratioAtLeast: 0.6 }),
      compare('document read, c=32', read.ours, 'SQLite in process', read.sqlite),
      compare('document update, c=32', update.ours, 'bare, 1 commit each', update.commit, { ratioAtLeast: 1.5 }),
      compare('document update, c=32', update.ours, 'framework echo', update.echo),
      compare('document update, c=32', update.ours, 'SQLite in process', update.sqlite),
    ]
  },
}
