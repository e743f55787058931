/** The index that a key moves to in a list of `count` items; undefined for other keys. Wraps around at the ends. */
export function nextIndex(
  key: string,
  at: number,
  count: number,
  direction: 'vertical' | 'horizontal',
): number | undefined {
  if (count === 0) return undefined
  const [back, on] = direction === 'vertical' ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight']
  switch (key) {
    case on:
      return (at + 1) % count
    case back:
      return at <= 0 ? count - 1 : at - 1
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
