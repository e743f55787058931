import { createConsoleLink, runningAddress } from '../auth/console/commands.ts'
import type { Mode } from '../settings.ts'
import { type EnvironmentOptions, withEnvironment } from './environment.ts'
import { type Environment, UsageError } from './options.ts'

/**
 * The error for a data directory that another server uses, with the address of that server. In `dev`, also prints a link to
 * its Console; the output of `start` is often kept, so there it is printed only on demand.
 *
 * @param inUse says which directory it is
 */
export async function whereItRuns(
  inUse: Error,
  mode: Mode,
  options: EnvironmentOptions,
  environment: Environment,
): Promise<Error> {
  return withEnvironment(options, environment, 'refuse', async ({ records }) => {
    const address = await runningAddress(records)
    if (address === undefined) return inUse
    if (mode === 'dev') {
      process.stdout.write(`  console ${await createConsoleLink(records, Date.now, address)}\n`)
    }
    return new UsageError(`${inUse.message}; it is at ${address}`)
  })
}
