import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordsContract } from '../records.contract.ts'
import { openSqliteRecords } from './sqlite-records.ts'

recordsContract('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'records-'))
  const file = join(folder, 'records.db')
  let records = await openSqliteRecords({ file })
  return {
    records,
    async reopen() {
      await records.close()
      records = await openSqliteRecords({ file })
      return records
    },
    another: () => openSqliteRecords({ file }),
    async dispose() {
      await records.close()
      await rm(folder, { recursive: true })
    },
  }
})
