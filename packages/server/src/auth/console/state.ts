import { randomBytes } from 'node:crypto'
import type { Expectation, RecordKey, Records, RecordWrite } from '../../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../../engines/records/retry.ts'
import { putJson, readJson, type Stored } from '../json-records.ts'
import type { StoredPassword } from './password.ts'

/** The state of the Console of an environment. */
export interface ConsoleState {
  /** Random; makes the name of the session cookie unique to this server. Not a secret. */
  readonly cookieId: string
  /** Sessions and links of earlier generations have ended: one write ends all of them at once. */
  readonly generation: number
  readonly password?: StoredPassword
  /** Where browsers reached the server that started last; for links that the command line makes. */
  readonly address?: string
}

/** Writes of one commit, with what they expect. */
export interface CommitPart {
  readonly writes: readonly RecordWrite[]
  readonly expectations: readonly Expectation[]
}

export const STATE_KEY: RecordKey = { space: 'console:state', id: 'state' }

const COOKIE_ID_BYTES = 6
const NOTHING: CommitPart = { writes: [], expectations: [] }

const exhausted = () => new Error('the state of the Console changes too often')

/** The state, created at first use; `created` when this call created it. */
export function openConsoleState(records: Records): Promise<Stored<ConsoleState> & { readonly created: boolean }> {
  let created = false
  const attempt = async () => {
    const stored = await readJson<ConsoleState>(records, STATE_KEY)
    if (stored !== undefined) return { ...stored, created }
    const state: ConsoleState = { cookieId: randomBytes(COOKIE_ID_BYTES).toString('hex'), generation: 1 }
    created = (await records.commit([putJson(STATE_KEY, state)], [{ ...STATE_KEY, version: null }])).done
    return CONFLICT
  }
  return retryOnConflict<Stored<ConsoleState> & { created: boolean }>(attempt, { exhausted })
}

/** Records where browsers reach the server. */
export async function saveAddress(records: Records, address: string): Promise<void> {
  await changeState(records, (state) => (state.address === address ? undefined : { ...state, address }))
}

/**
 * Ends every session and link, with or without a new password, all in one commit.
 *
 * @param keep what is carried over into the new generation
 */
export async function beginGeneration(
  records: Records,
  password: StoredPassword | undefined,
  keep: (generation: number) => Promise<CommitPart> = async () => NOTHING,
): Promise<void> {
  const next = (state: ConsoleState) => ({
    ...state,
    generation: state.generation + 1,
    ...(password === undefined ? {} : { password }),
  })
  await changeState(records, next, ({ generation }) => keep(generation))
}

/**
 * Changes the state with `next`, which returns undefined when there is nothing to change. Both functions are called
 * again after a conflict.
 *
 * @param alongside what is written in the same commit, given the new state
 */
async function changeState(
  records: Records,
  next: (state: ConsoleState) => ConsoleState | undefined,
  alongside: (state: ConsoleState) => Promise<CommitPart> = async () => NOTHING,
): Promise<void> {
  const attempt = async () => {
    const { value, version } = await openConsoleState(records)
    const state = next(value)
    if (state === undefined) return
    const { writes, expectations } = await alongside(state)
    const expected = [{ ...STATE_KEY, version }, ...expectations]
    return (await records.commit([putJson(STATE_KEY, state), ...writes], expected)).done ? undefined : CONFLICT
  }
  await retryOnConflict<void>(attempt, { exhausted })
}
