/** Runs long work on more items than one request takes. */
import type { Progress } from '@cloudstead/admin-api'

/** Items per request. Even with two paths of 850 bytes each they are far below the size limit. */
export const BATCH = 400

interface RunOptions {
  readonly signal: AbortSignal
  readonly onLine: (line: Progress) => void
}

/**
 * Runs one request after the other, and reports them as one.
 *
 * @param total the number of files, if it is known
 */
export async function inBatches<T>(
  items: readonly T[],
  total: number | undefined,
  run: (batch: readonly T[], options: RunOptions) => Promise<Progress>,
  { signal, onLine }: RunOptions,
): Promise<Progress> {
  let sum: Progress = { done: 0, failed: 0, problems: [], ...(total === undefined ? {} : { total }) }
  for (let at = 0; at < items.length; at += BATCH) {
    signal.throwIfAborted()
    const before = sum
    const add = (line: Progress): Progress => ({
      ...before,
      ...(items.length <= BATCH && line.total !== undefined ? { total: line.total } : {}),
      done: before.done + line.done,
      failed: (before.failed ?? 0) + (line.failed ?? 0),
      problems: [...(before.problems ?? []), ...(line.problems ?? [])],
    })
    sum = add(await run(items.slice(at, at + BATCH), { signal, onLine: (line) => onLine(add(line)) }))
  }
  return { ...sum, finished: true }
}
