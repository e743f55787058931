import type { IncomingMessage } from 'node:http'

/** After a refusal, the rest of the body is read and discarded up to these limits, so that the client sees the answer. */
const DRAIN_LIMIT_BYTES = 256 * 1024 * 1024
const DRAIN_LIMIT_MS = 30_000

/**
 * Reads and discards the rest of a body, because a client that is still sending gets a reset instead of the answer when the
 * connection is closed. Resolves at the end of the body, when the client disconnects, or at the limits.
 */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed || request.readableEnded) return
  const done = Promise.withResolvers<void>()
  let left = DRAIN_LIMIT_BYTES
  const giveUp = setTimeout(() => request.destroy(), DRAIN_LIMIT_MS).unref()
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.destroy()
  })
  request.on('close', () => {
    clearTimeout(giveUp)
    done.resolve()
  })
  request.resume()
  await done.promise
}
