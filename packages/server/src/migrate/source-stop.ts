import type { Records } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'

/** Knows whether the servers of the source have stopped. */
export interface SourceStop {
  /** Once true for a data directory, it stays true: no server can start there until `close`. */
  hasStopped(): Promise<boolean>
  /** Looks what servers there are. Call it now and then, long before the answer matters. */
  look(): Promise<void>
  close(): void
}

/** Of what a server says about itself, in the space of nodes. */
interface NodeNote {
  /** Milliseconds since the epoch. */
  readonly seenAt: number
}

interface Sighting {
  readonly value: string
  /** By our clock, when we saw it first. */
  readonly at: number
}

const NODES_SPACE = 'nodes'
const PAGE = 200
/** A server says every 10 s that it is there. */
const LIVE_MS = 60_000
/** Too long ago to be a difference between two clocks. */
const LONG_AGO_MS = 10 * 60_000

/**
 * For a data directory: a server has stopped when its lock is free. The lock is then held, so that none starts.
 *
 * @param lock takes the lock; throws while a server runs
 */
export function stopOfDirectory(lock: () => () => void): SourceStop {
  let unlock: (() => void) | undefined
  return {
    async hasStopped() {
      try {
        unlock ??= lock()
        return true
      } catch (error) {
        if ((error as Error).name === 'DataDirInUseError') return false
        throw error
      }
    },
    look: async () => {},
    close: () => unlock?.(),
  }
}

/**
 * For a database: servers have stopped when none has said for a minute that it is there. Clocks may differ, so it counts
 * when this process saw a record change.
 *
 * @param now milliseconds since the epoch
 */
export function stopOfNodes(records: Pick<Records, 'find'>, now: () => number): SourceStop {
  let seen = new Map<string, Sighting>()

  async function look(): Promise<void> {
    const time = now()
    const next = new Map<string, Sighting>()
    for await (const page of walkPages(records, { space: NODES_SPACE, limit: PAGE })) {
      for (const { id, value } of page) {
        const before = seen.get(id)
        const isOld = before === undefined && time - (JSON.parse(value) as NodeNote).seenAt > LONG_AGO_MS
        next.set(id, before?.value === value ? before : { value, at: isOld ? 0 : time })
      }
    }
    seen = next
  }

  return {
    look,
    async hasStopped() {
      await look()
      return [...seen.values()].every(({ at }) => now() - at >= LIVE_MS)
    },
    close() {},
  }
}

/** The operator says so. */
export const STOPPED: SourceStop = { hasStopped: async () => true, look: async () => {}, close() {} }
