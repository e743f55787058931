import { isIPv6 } from 'node:net'
import { TooManyAttemptsError } from './sign-in-error.ts'

/** Wrong attempts per minute: more than typing errors, far fewer than guessing needs. */
const OF_ONE_ADDRESS = 10
/** Wrong passwords per minute from all addresses: having many addresses gains neither attempts nor processor time. */
const OF_ALL = 60
const WINDOW_MS = 60_000
/** Addresses that are counted; beyond it, the oldest are dropped. */
const MAX_ADDRESSES = 10_000

/** Limits wrong attempts to sign in. Counts in this process only: each server of several allows as many. */
export interface SignInThrottle {
  /**
   * For a secret that can be guessed: counts an attempt before it is known to be wrong, so that concurrent attempts are
   * counted, too. Call the returned function when the attempt was right.
   *
   * @throws TooManyAttemptsError
   */
  admit(address: string): () => void
  /**
   * For a secret of 256 bits, which cannot be guessed: counts a wrong attempt. A right one is neither counted nor
   * refused, so wrong attempts of others cannot lock its holder out.
   *
   * @throws TooManyAttemptsError
   */
  failed(address: string): void
}

export interface SignInThrottleOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createSignInThrottle({ now }: SignInThrottleOptions): SignInThrottle {
  // Times of wrong attempts, oldest first.
  const byAddress = new Map<string, number[]>()
  const all: number[] = []

  function recent(times: number[]): number[] {
    const since = now() - WINDOW_MS
    while (times[0] !== undefined && times[0] <= since) times.shift()
    return times
  }

  function refuseFull(times: readonly number[], limit: number): void {
    const [oldest] = times
    if (oldest === undefined || times.length < limit) return
    throw new TooManyAttemptsError(Math.max(1, Math.ceil((oldest + WINDOW_MS - now()) / 1000)))
  }

  function ofAddress(address: string): number[] {
    const key = networkOf(address)
    const times = byAddress.get(key) ?? []
    // Deleted first, so that it becomes the newest.
    byAddress.delete(key)
    byAddress.set(key, times)
    const [oldest] = byAddress.keys()
    if (byAddress.size > MAX_ADDRESSES && oldest !== undefined) byAddress.delete(oldest)
    return recent(times)
  }

  function remove(times: number[], time: number): void {
    const index = times.indexOf(time)
    if (index >= 0) times.splice(index, 1)
  }

  return {
    admit(address) {
      const own = ofAddress(address)
      refuseFull(own, OF_ONE_ADDRESS)
      refuseFull(recent(all), OF_ALL)
      const time = now()
      own.push(time)
      all.push(time)
      return () => {
        remove(own, time)
        remove(all, time)
      }
    },
    failed(address) {
      const own = ofAddress(address)
      refuseFull(own, OF_ONE_ADDRESS)
      own.push(now())
    },
  }
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
