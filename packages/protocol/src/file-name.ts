/** Characters of an ending that is kept, without its dot. A longer one is no ending. */
const ENDING = /(?:\.tar)?\.[^.\s]{1,20}$/iu

/**
 * A file name that is short enough. What is cut is the end of its stem: the ending says what the file is. A character that
 * consists of several code points is kept or dropped as a whole.
 *
 * @param max the largest size
 * @param sizeOf counts code points by default; additive
 * @example shortFileName('photos of the summer.jpg', 10) // 'photos.jpg'
 */
export function shortFileName(name: string, max: number, sizeOf: (text: string) => number = codePoints): string {
  if (sizeOf(name) <= max) return name
  const found = ENDING.exec(name)
  const ending = found !== null && found.index > 0 && sizeOf(found[0]) < max ? found[0] : ''
  const stem = name.slice(0, name.length - ending.length)
  const room = max - sizeOf(ending)
  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(stem)
  const short = upTo(room, sizeOf, graphemes)
  // One character can be as long as you like, by marks on top of each other.
  return (
    (short === ''
      ? upTo(
          room,
          sizeOf,
          Array.from(stem, (segment) => ({ segment })),
        )
      : short) + ending
  )
}

function upTo(room: number, sizeOf: (text: string) => number, parts: Iterable<{ readonly segment: string }>): string {
  let text = ''
  let left = room
  for (const { segment } of parts) {
    left -= sizeOf(segment)
    if (left < 0) break
    text += segment
  }
  return text
}

function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
