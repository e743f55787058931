/** Names for files: unusual ones, invalid ones, new ones. */
import { own, type Person } from './wire.ts'

/** Unusual names: each is valid and has to come back byte for byte. */
export const AWKWARD_NAMES: readonly string[] = [
  '照片 1.jpg',
  '100%.png',
  '%E5%9B%BE.png',
  '%2F%2e%2e%2f.png',
  'a#b?c&d=e+f.png',
  ' leading and trailing ',
  'no-extension',
  '.hidden',
  '..two-dots',
  'quote"\'`<>|*:;,.png',
  'back\\slash.png',
  '🎉👨‍👩‍👧.gif',
  // The same letter, composed and decomposed, is two names.
  '\u00e9.png',
  'e\u0301.png',
  '?sign=0&t=1',
  'download=true&imageMogr2/thumbnail',
  `${'深'.repeat(200)}.png`,
]

/** Names that are refused. `ROOT` is a directory that the caller may write to. */
export const BAD_NAMES: readonly string[] = [
  '',
  '/',
  '/ROOT/a.png',
  'ROOT//a.png',
  'ROOT/../a.png',
  'ROOT/./a.png',
  './ROOT/a.png',
  '../a.png',
  'ROOT/..',
  'ROOT/a\u0000.png',
  'ROOT/a\n.png',
  'ROOT/a\u001b.png',
  'ROOT/a\u007f.png',
  `ROOT/${'a'.repeat(851)}`,
  `ROOT/${'深'.repeat(284)}`,
]

/** Returns a function that makes new paths of this user. */
export function freshPaths(who: Person): () => string {
  let count = 0
  return () => {
    count += 1
    return own(who, `${count}.bin`)
  }
}
