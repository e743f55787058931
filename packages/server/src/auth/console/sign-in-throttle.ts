import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { encodeKey } from '../../engines/records/key-encoding.ts'
import type { RecordKey, Records, StoredRecord } from '../../engines/records/records.ts'
import { BY_EXPIRY, deleteExpired } from '../expired-records.ts'
import { putJson } from '../json-records.ts'
import { TooManyAttemptsError } from './sign-in-error.ts'

/** Wrong attempts per minute: more than typing errors, far fewer than guessing needs. */
const OF_ONE_ADDRESS = 10
/** Wrong passwords per minute from all addresses: having many addresses gains neither attempts nor processor time. */
const OF_ALL = 60
const WINDOW_MS = 60_000
const SPACE = 'console:attempts'
const ID_BYTES = 12
/** Indexes by the kind, the address and the time of an attempt, and by its kind and time. */
const BY_ADDRESS = 'address'
const BY_TIME = 'time'

/** Limits wrong attempts to sign in. They are records, so all servers of an environment count together. */
export interface SignInThrottle {
  /**
   * For a secret that can be guessed: counts an attempt before it is known to be wrong, so that concurrent attempts are
   * counted, too. Call the returned function when the attempt was right.
   *
   * @throws TooManyAttemptsError
   */
  admit(address: string): Promise<() => Promise<void>>
  /**
   * For a secret of 256 bits, which cannot be guessed: counts a wrong attempt. A right one is neither counted nor
   * refused, so wrong attempts of others cannot lock its holder out.
   *
   * @throws TooManyAttemptsError
   */
  failed(address: string): Promise<void>
}

export interface SignInThrottleOptions {
  readonly records: Records
  /** Attempts of different kinds are counted apart. */
  readonly kind: 'password' | 'token'
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** An attempt; `at` is in milliseconds since the epoch. */
interface Attempt {
  readonly at: number
}

export function createSignInThrottle({ records, kind, now }: SignInThrottleOptions): SignInThrottle {
  /** The oldest attempts of the last minute. */
  async function oldest(most: number, index: string, prefix: readonly string[]): Promise<readonly StoredRecord[]> {
    const from = { key: encodeKey([...prefix, now() - WINDOW_MS]), inclusive: false }
    const to = { key: encodeKey([...prefix, Number.MAX_SAFE_INTEGER]), inclusive: true }
    return (await records.find({ space: SPACE, index, ranges: [{ from, to }], limit: most })).records
  }

  /** Whether there were `most` attempts in the last minute. */
  async function isAt(most: number, index: string, prefix: readonly string[]): Promise<boolean> {
    return (await oldest(most, index, prefix)).length >= most
  }

  /**
   * @param own the noted attempt; counts only those before it
   * @throws TooManyAttemptsError when there were `most` attempts in the last minute
   */
  async function refuseAt(most: number, index: string, prefix: readonly string[], own?: RecordKey): Promise<void> {
    const attempts = await oldest(most, index, prefix)
    const [first] = attempts
    if (first === undefined || attempts.length < most || attempts.some(({ id }) => id === own?.id)) return
    const { at } = JSON.parse(first.value) as Attempt
    throw new TooManyAttemptsError(Math.max(1, Math.ceil((at + WINDOW_MS - now()) / 1000)))
  }

  async function note(network: string): Promise<RecordKey> {
    const at = now()
    const key = { space: SPACE, id: randomBytes(ID_BYTES).toString('hex') }
    await records.commit([
      putJson<Attempt>(key, { at }, [
        { index: BY_ADDRESS, key: encodeKey([kind, network, at]) },
        { index: BY_TIME, key: encodeKey([kind, at]) },
        { index: BY_EXPIRY, key: encodeKey([at + WINDOW_MS]) },
      ]),
    ])
    return key
  }

  async function forget(key: RecordKey): Promise<void> {
    await records.commit([{ op: 'delete', ...key }])
  }

  return {
    async admit(address) {
      const network = networkOf(address)
      const refuse = async (own?: RecordKey) => {
        await refuseAt(OF_ONE_ADDRESS, BY_ADDRESS, [kind, network], own)
        await refuseAt(OF_ALL, BY_TIME, [kind], own)
      }
      await refuse()
      const own = await note(network)
      // Others may have come at the same time.
      await refuse(own).catch(async (error: unknown) => {
        await forget(own)
        throw error
      })
      return () => forget(own)
    },
    async failed(address) {
      const network = networkOf(address)
      await refuseAt(OF_ONE_ADDRESS, BY_ADDRESS, [kind, network])
      // Guessing is hopeless, so the limit for all only bounds what is stored.
      if (!(await isAt(OF_ALL, BY_TIME, [kind]))) await note(network)
    },
  }
}

/** Deletes attempts that no longer count. Returns how many. */
export function sweepAttempts(records: Records, now: number): Promise<number> {
  return deleteExpired(records, SPACE, now)
}

/** The holder of one IPv6 address usually has all 2^64 of its network. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length)
  return [...groups, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')
}
