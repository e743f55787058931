/** A line of a comparison: in both texts, only in the old one, or only in the new one. Line numbers start at 1. */
interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
  readonly before: number | undefined
  readonly after: number | undefined
}

/** The largest table (4 MB) for which the best comparison is computed. Larger changes are shown as one replacement. */
const MAX_CELLS = 1_000_000

/** Compares two texts line by line, with as few changes as possible. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const old = linesOf(before)
  const now = linesOf(after)
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const kinds = [
    ...Array<DiffLine['kind']>(start).fill('same'),
    ...changes(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...Array<DiffLine['kind']>(end).fill('same'),
  ]
  let left = 0
  let right = 0
  return kinds.map((kind) => {
    const text = (kind === 'added' ? now[right] : old[left]) ?? ''
    if (kind !== 'added') left++
    if (kind !== 'removed') right++
    return { kind, text, before: kind === 'added' ? undefined : left, after: kind === 'removed' ? undefined : right }
  })
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/\r?\n/)
}

/** The longest common subsequence, as a kind for each line. Removals come before additions. */
function changes(old: readonly string[], now: readonly string[]): readonly DiffLine['kind'][] {
  const replaced = () => [
    ...Array<DiffLine['kind']>(old.length).fill('removed'),
    ...Array<DiffLine['kind']>(now.length).fill('added'),
  ]
  const width = now.length + 1
  if (old.length === 0 || now.length === 0 || width * (old.length + 1) > MAX_CELLS) return replaced()
  // lengths[i * width + j]: the length of the longest common subsequence of old from line i and now from line j.
  const lengths = new Uint32Array(width * (old.length + 1))
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const kinds: DiffLine['kind'][] = []
  let i = 0
  let j = 0
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      kinds.push('same')
      i++
      j++
    } else if (j === now.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) {
      kinds.push('removed')
      i++
    } else {
      kinds.push('added')
      j++
    }
  }
  return kinds
}
