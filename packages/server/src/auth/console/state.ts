import { randomBytes } from 'node:crypto'
import type { Expectation, RecordKey, Records, RecordWrite } from '../../engines/records/records.ts'
import { MAX_ATTEMPTS, putJson, readJson, type Stored } from '../json-records.ts'
import type { StoredPassword } from './password.ts'

/** What holds for the Console of an environment as a whole. */
export interface ConsoleState {
  /** Random; makes the name of the session cookie this server's own. No secret. */
  readonly cookieId: string
  /** Sessions and links of another generation have ended: one write ends all of them, at one moment. */
  readonly generation: number
  readonly password?: StoredPassword
  /** Where browsers reached the server when it was last started; for links that are made beside it. */
  readonly address?: string
}

export const STATE_KEY: RecordKey = { space: 'console:state', id: 'state' }

const COOKIE_ID_BYTES = 6

/** The state, made at first use. `created`: this call made it. */
export async function openConsoleState(
  records: Records,
): Promise<Stored<ConsoleState> & { readonly created: boolean }> {
  let created = false
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const stored = await readJson<ConsoleState>(records, STATE_KEY)
    if (stored !== undefined) return { ...stored, created }
    const state: ConsoleState = { cookieId: randomBytes(COOKIE_ID_BYTES).toString('hex'), generation: 1 }
    created = (await records.commit([putJson(STATE_KEY, state)], [{ ...STATE_KEY, version: null }])).done
  }
  throw new Error('the state of the Console does not settle')
}

/** Writes down where browsers reach the server. */
export async function noteAddress(records: Records, address: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { value, version } = await openConsoleState(records)
    if (value.address === address) return
    const next: ConsoleState = { ...value, address }
    if ((await records.commit([putJson(STATE_KEY, next)], [{ ...STATE_KEY, version }])).done) return
  }
  throw new Error('the state of the Console does not settle')
}

/** What a commit does beside the change of the state. */
export interface Beside {
  readonly writes: readonly RecordWrite[]
  readonly expectations: readonly Expectation[]
}

/**
 * Ends every session and link, with or without a new password, all in one commit.
 *
 * @param beside what belongs to it, for the generation that begins; asked again after a conflict
 */
export async function beginGeneration(
  records: Records,
  password: StoredPassword | undefined,
  beside: (generation: number) => Promise<Beside> = async () => ({ writes: [], expectations: [] }),
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { value, version } = await openConsoleState(records)
    const generation = value.generation + 1
    const next: ConsoleState = { ...value, generation, ...(password === undefined ? {} : { password }) }
    const { writes, expectations } = await beside(generation)
    const expected = [{ ...STATE_KEY, version }, ...expectations]
    if ((await records.commit([putJson(STATE_KEY, next), ...writes], expected)).done) return
  }
  throw new Error('the state of the Console does not settle')
}
