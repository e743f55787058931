/** The axis of a chart: round steps from 0 to at least the largest value. */
export function axisTicks(largest: number, wanted = 4): readonly number[] {
  if (!(largest > 0)) return [0, 1]
  const rough = largest / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power)
  const count = Math.ceil(largest / step)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

/** Evenly spread indexes for the labels of a time axis, the first and the last among them. */
export function labelIndexes(count: number, wanted: number): readonly number[] {
  if (count <= 0) return []
  const parts = Math.max(1, Math.min(wanted, count) - 1)
  const found = Array.from({ length: parts + 1 }, (_, part) => Math.round((part * (count - 1)) / parts))
  return [...new Set(found)]
}
