import { randomBytes } from 'node:crypto'
import timers from 'node:timers/promises'
import type { RecordKey, Records, StoredRecord } from './records.ts'

/** The space of leases; a record's id is the name of its lease. */
const SPACE = 'leases'
/** How long others wait for a holder that has ended without giving the lease back. */
const LEASE_MS = 30_000
const RENEW_AFTER_MS = 10_000
/** A holder that cannot renew stops 10 s before others take over, because their clocks may be ahead. */
const LOST_AFTER_MS = 20_000
/** How often the age of the last renewal is checked, and whether a lease was given back; also the pause after a failed renewal. */
const TICK_MS = 1000
const HOLDER_BYTES = 16

export interface LeaseOptions {
  readonly records: Records
  /** Of all processes on the same records, one at a time holds the lease with this name. */
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Ends the wait for the lease, and the work. */
  readonly signal: AbortSignal
}

/** Who does work that one process at a time should do. */
export interface Leases {
  /** Does the work, unless another process does it: see {@link withLease}. */
  run<T>(name: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>
}

export interface LeasesOptions {
  readonly records: Records
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** No other process works on the records: there is nobody to wait for, and a lease that is held is that of a killed one. */
  readonly alone: boolean
}

export function createLeases({ records, now, alone }: LeasesOptions): Leases {
  return {
    run: (name, signal, work) => (alone ? work(signal) : withLease({ records, name, now, signal }, work)),
  }
}

interface Lease {
  readonly holder: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/**
 * Does work that one process at a time should do. When another process holds the lease and renews it, that process does the
 * work, and this call does nothing. A lease that is given back is taken within a second. When a holder has ended without
 * giving it back, this call waits until the lease runs out, at most 30 s.
 *
 * A lease saves work; it is not a lock. A process that was suspended may continue for a moment after another one has taken
 * the lease, so the work must be correct even when two processes do it at once.
 *
 * @param work its signal aborts when the lease is lost, or with the signal of the options; the work should end soon then
 * @returns what the work resolves to, or undefined when another process does it
 * @throws what the work throws; AbortError when the signal aborts during the wait
 *
 * @example
 * const removed = await withLease({ records, name: 'sweep', now, signal }, (signal) => sweep(signal))
 */
export async function withLease<T>(
  options: LeaseOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const { records, name, now, signal } = options
  const holder = randomBytes(HOLDER_BYTES).toString('hex')
  const lost = new AbortController()
  const takenAt = await take(options, holder)
  if (takenAt === undefined) return undefined
  let renewedAt = takenAt

  async function renew(): Promise<void> {
    const at = now()
    const record = await read(records, name)
    const held = record !== undefined && leaseOf(record).holder === holder
    if (held && (await put(records, name, { holder, until: at + LEASE_MS }, record))) renewedAt = at
    else lost.abort(new Error(`another process has taken the lease "${name}"`))
  }

  let renewal: Promise<void> | undefined
  const timer = setInterval(() => {
    // A clock that was set back is no proof of a recent renewal.
    const age = Math.abs(now() - renewedAt)
    if (age >= LOST_AFTER_MS) lost.abort(new Error(`the lease "${name}" could not be renewed in time`))
    else if (age >= RENEW_AFTER_MS) {
      // When the records fail, the next tick tries again.
      renewal ??= renew()
        .catch(() => {})
        .finally(() => {
          renewal = undefined
        })
    }
  }, TICK_MS).unref()
  try {
    return await work(AbortSignal.any([signal, lost.signal]))
  } finally {
    clearInterval(timer)
    await renewal
    // When this fails the lease runs out by itself.
    await giveBack(records, name, holder).catch(() => {})
  }
}

/**
 * Takes the lease when it is free, or as soon as it turns out that its holder has ended.
 *
 * @returns when it was taken; undefined when another process has it
 */
async function take({ records, name, now, signal }: LeaseOptions, holder: string): Promise<number | undefined> {
  let record = await read(records, name)
  const former = record
  // Whoever does not renew in this time has ended, even if the clocks disagree about `until`.
  let left = record === undefined ? 0 : Math.min(leaseOf(record).until - now(), LEASE_MS)
  for (; left > 0; left -= TICK_MS) {
    await timers.setTimeout(Math.min(left, TICK_MS), undefined, { signal, ref: false })
    record = await read(records, name)
    // It was given back.
    if (record === undefined) break
    if (record.version !== former?.version) return undefined
  }
  const at = now()
  return (await put(records, name, { holder, until: at + LEASE_MS }, record)) ? at : undefined
}

async function giveBack(records: Records, name: string, holder: string): Promise<void> {
  const record = await read(records, name)
  if (record === undefined || leaseOf(record).holder !== holder) return
  const key = keyOf(name)
  await records.commit([{ op: 'delete', ...key }], [{ ...key, version: record.version }])
}

async function read(records: Records, name: string): Promise<StoredRecord | undefined> {
  return (await records.get([keyOf(name)]))[0]
}

/** False when the record is no longer `seen`. */
async function put(records: Records, name: string, lease: Lease, seen: StoredRecord | undefined): Promise<boolean> {
  const key = keyOf(name)
  const write = { op: 'put', ...key, value: JSON.stringify(lease), entries: [] } as const
  return (await records.commit([write], [{ ...key, version: seen?.version ?? null }])).done
}

function keyOf(name: string): RecordKey {
  return { space: SPACE, id: name }
}

function leaseOf(record: StoredRecord): Lease {
  return JSON.parse(record.value) as Lease
}
