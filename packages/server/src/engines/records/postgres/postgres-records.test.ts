import { after, before, describe, test } from 'node:test'
import { type Cluster, lacksPostgres, startCluster } from '../../../../../../acceptance/support/postgres.ts'
import { recordsContract } from '../records.contract.ts'
import { openPostgresRecords } from './postgres-records.ts'

const skip = lacksPostgres()
if (skip) test('records contract: postgres', { skip }, () => {})
else {
  describe('PostgreSQL', () => {
    let cluster: Cluster | undefined

    before(async () => {
      cluster = await startCluster()
    })

    after(() => cluster?.dispose())

    recordsContract('postgres', async () => {
      if (!cluster) throw new Error('the server is not running')
      const url = await cluster.newDatabase()
      let records = await openPostgresRecords({ url })
      return {
        records,
        async reopen() {
          await records.close()
          records = await openPostgresRecords({ url })
          return records
        },
        another: () => openPostgresRecords({ url }),
        dispose: () => records.close(),
      }
    })
  })
}
