/** What the command line does for access to the Console, beside a running server. */
import type { Records } from '../../engines/records/records.ts'
import { createSecurityLog } from '../security-log.ts'
import { createConsoleLinks, LINK_MS, linkUrl } from './links.ts'
import { createPasswords, type Passwords } from './password.ts'
import { beginGeneration, openConsoleState } from './state.ts'

/**
 * Makes a link that works once, for half an hour.
 *
 * @param now milliseconds since the epoch
 * @param address where browsers reach the server; without it, where the server that started last was reached
 * @returns undefined when no address is known
 */
export async function createConsoleLink(
  records: Records,
  now: () => number,
  address: string | undefined,
): Promise<string | undefined> {
  const known = address ?? (await runningAddress(records))
  if (known === undefined) return undefined
  return linkUrl(known, await createConsoleLinks({ records, now }).create(LINK_MS))
}

/** Where the server that started last was reached; undefined when none has. */
export async function runningAddress(records: Records): Promise<string | undefined> {
  return (await openConsoleState(records)).value.address
}

/** Sets the password and ends every session and link. */
export async function setConsolePassword(
  records: Records,
  password: string,
  passwords: Passwords = createPasswords(),
): Promise<void> {
  await beginGeneration(records, await passwords.hash(password))
  const securityLog = createSecurityLog({ records, now: Date.now, log: console })
  await securityLog.record({ kind: 'password-set', by: 'command line' })
}
