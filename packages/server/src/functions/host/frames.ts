/** Messages between a server and a function process: JSON, each after its length in four bytes. */

/** Functions may replace these. */
const { parse, stringify } = JSON

const LENGTH_BYTES = 4

/** A message as it travels. */
export function frameOf(message: object): Buffer {
  const text = stringify(message)
  const bytes = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + bytes)
  frame.writeUInt32BE(bytes)
  frame.write(text, LENGTH_BYTES)
  return frame
}

/**
 * Takes messages apart.
 *
 * @param maxBytes of a message
 * @returns takes what has arrived, and returns the messages that are complete; it throws when there is no message
 */
export function createFrameReader(maxBytes: number): (chunk: Buffer) => readonly unknown[] {
  let parts: Buffer[] = []
  let held = 0
  let needed = LENGTH_BYTES
  return (chunk) => {
    const messages: unknown[] = []
    parts.push(chunk)
    held += chunk.length
    while (held >= needed) {
      const all = Buffer.concat(parts, held)
      const end = LENGTH_BYTES + all.readUInt32BE()
      if (end > LENGTH_BYTES + maxBytes) throw new RangeError('a message is too long')
      if (held < end) {
        parts = [all]
        needed = end
        break
      }
      messages.push(parse(all.toString('utf8', LENGTH_BYTES, end)))
      parts = [all.subarray(end)]
      held -= end
      needed = LENGTH_BYTES
    }
    return messages
  }
}
