/** The digest of `bytes` in hex. Browsers have sha1 and sha256, but not md5, which is WeChat's default. */
export async function digestOf(algorithm: 'md5' | 'sha1' | 'sha256', bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (algorithm === 'md5') return hex(md5(bytes))
  return hex(new Uint8Array(await crypto.subtle.digest(algorithm === 'sha1' ? 'SHA-1' : 'SHA-256', bytes)))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const
const SINES = Int32Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32))

/** RFC 1321. */
function md5(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(((message.length + 8) >> 6) * 64 + 64)
  padded.set(message)
  padded[message.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, (message.length << 3) >>> 0, true)
  view.setUint32(padded.length - 4, Math.floor(message.length / 2 ** 29), true)
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  for (let block = 0; block < padded.length; block += 64) mixBlock(state, view, block)
  return new Uint8Array(state.buffer)
}

function mixBlock(state: Int32Array, view: DataView, block: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state
  const [a0, b0, c0, d0] = [a, b, c, d]
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4
    const [mixed, word] =
      round === 0
        ? [(b & c) | (~b & d), step]
        : round === 1
          ? [(d & b) | (~d & c), (5 * step + 1) & 15]
          : round === 2
            ? [b ^ c ^ d, (3 * step + 5) & 15]
            : [c ^ (b | ~d), (7 * step) & 15]
    const sum = (a + mixed + (SINES[step] ?? 0) + view.getInt32(block + word * 4, true)) | 0
    const shift = SHIFTS[round]?.[step & 3] ?? 0
    ;[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0]
  }
  state.set([a0 + a, b0 + b, c0 + c, d0 + d])
}
