import { after, before, describe } from 'node:test'
import type { Records } from './records.ts'
import { changesContract } from './records-changes.contract.ts'
import { commitContract } from './records-commit.contract.ts'
import { findContract } from './records-find.contract.ts'
import { limitsContract } from './records-limits.contract.ts'
import { valuesContract } from './records-values.contract.ts'

/** An engine under test, opened on a store of its own. */
export interface OpenedRecords {
  readonly records: Records
  /** Closes the engine and opens the same store again. Absent where a store does not outlive its engine. */
  reopen?(): Promise<Records>
  /**
   * Opens the same store once more beside the first, as another process does. The caller closes it. Absent where a store
   * has one engine.
   */
  another?(): Promise<Records>
  /** Closes what is open and removes the store. */
  dispose(): Promise<void>
}

/** What the tests of the contract share: one engine, and a name for a space that no other test uses. */
export interface ContractContext {
  readonly records: Records
  space(): string
}

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
    changesContract(context, open)
  })
}
