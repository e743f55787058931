import { after, before, describe } from 'node:test'
import type { ContractContext, OpenedRecords } from './records.fixture.ts'
import { changesContract } from './records-changes.contract.ts'
import { commitContract } from './records-commit.contract.ts'
import { dumpContract } from './records-dump.contract.ts'
import { findContract } from './records-find.contract.ts'
import { limitsContract } from './records-limits.contract.ts'
import { valuesContract } from './records-values.contract.ts'

/**
 * The contract of the records seam; every engine passes it.
 *
 * @example
 * recordsContract('sqlite', async () => ({ records, dispose: () => records.close() }))
 */
export function recordsContract(name: string, open: () => Promise<OpenedRecords>): void {
  describe(`records contract: ${name}`, () => {
    let opened: OpenedRecords | undefined
    let spaces = 0
    const context: ContractContext = {
      get records() {
        if (!opened) throw new Error('the engine is not open yet')
        return opened.records
      },
      space: () => `space-${++spaces}`,
    }
    before(async () => {
      opened = await open()
    })
    after(() => opened?.dispose())

    commitContract(context)
    valuesContract(context, open)
    limitsContract(context)
    findContract(context)
    dumpContract(context, open)
    changesContract(context, open)
  })
}
