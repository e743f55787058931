/** A private server for a suite of tests. */
import { after, before, describe } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { type Cluster, lacksPostgres, startCluster } from '../../../../../../acceptance/support/postgres.ts'
import type { Records } from '../records.ts'
import { openPostgresRecords, type PostgresRecordsOptions } from './postgres-records.ts'

export interface TestServer {
  /** Makes an empty database and resolves to its URL. */
  newDatabase(): Promise<string>
  /** Opens records in a new database, and closes them after the body. */
  withRecords(
    options: Omit<PostgresRecordsOptions, 'url'>,
    body: (records: Records, url: string) => Promise<void>,
  ): Promise<void>
}

/** A suite with a server of its own; skipped where PostgreSQL is not installed. */
export function onPostgres(name: string, suite: (server: TestServer) => void, concurrency = false): void {
  describe(name, { skip: lacksPostgres(), concurrency }, () => {
    let cluster: Cluster | undefined

    before(async () => {
      cluster = await startCluster()
    })

    after(() => cluster?.dispose())

    async function newDatabase(): Promise<string> {
      if (!cluster) throw new Error('the server is not running')
      return cluster.newDatabase()
    }

    suite({
      newDatabase,
      async withRecords(options, body) {
        const url = await newDatabase()
        const records = await openPostgresRecords({ ...options, url })
        try {
          await body(records, url)
        } finally {
          await records.close()
        }
      },
    })
  })
}

/** Waits for what happens in the background. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(20)
}
