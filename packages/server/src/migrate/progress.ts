/** How much of a migration is done. */
export interface Counts {
  readonly records: number
  /** Those of the records that are files. */
  readonly files: number
  /** Of the bytes of these files. */
  readonly bytes: number
}

export type Phase = 'measuring' | 'copying' | 'following' | 'finishing' | 'verifying'

export interface Progress {
  readonly phase: Phase
  readonly done: Counts
  readonly total: Counts
  /** 0 to 100, with one decimal. */
  readonly percent: number
  /** Of the copy; absent while it cannot be estimated. */
  readonly secondsLeft?: number
}

/** A record takes about as long as this many bytes of files. */
const RECORD_BYTES = 4 * 1024
/** A file takes as long as so many bytes more. */
const FILE_BYTES = 128 * 1024
/** Shorter times say little about the rest. */
const ESTIMATE_AFTER_MS = 2_000

/** What a run of the copy has done so far. */
export interface RunSoFar {
  readonly done: Counts
  readonly total: Counts
  /** What earlier runs had done. */
  readonly before: Counts
  readonly elapsedMs: number
}

/** The amount of work, in units that take about the same time each. */
function workOf({ records, files, bytes }: Counts): number {
  return bytes + files * FILE_BYTES + records * RECORD_BYTES
}

/** Estimates how much is left. What was added to the source meanwhile may bring `done` above `total`. */
export function estimate({ done, total, before, elapsedMs }: RunSoFar): Pick<Progress, 'percent' | 'secondsLeft'> {
  const all = workOf(total)
  const left = Math.max(0, all - workOf(done))
  const percent = all === 0 ? 100 : Math.floor((1 - left / all) * 1_000) / 10
  const worked = workOf(done) - workOf(before)
  if (left > 0 && (worked <= 0 || elapsedMs < ESTIMATE_AFTER_MS)) return { percent }
  return { percent, secondsLeft: left === 0 ? 0 : Math.ceil((left / worked) * (elapsedMs / 1_000)) }
}

export function add(a: Counts, b: Counts): Counts {
  return { records: a.records + b.records, files: a.files + b.files, bytes: a.bytes + b.bytes }
}
