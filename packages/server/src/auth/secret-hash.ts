import { createHash, timingSafeEqual } from 'node:crypto'

/** What is stored of a token or key. Base64url; for secrets that nobody can guess, so it needs no salt. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Compares in constant time. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
