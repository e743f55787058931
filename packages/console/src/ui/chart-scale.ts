/** The ticks of a chart axis: round steps from 0 to at least the largest value. */
export function axisTicks(largest: number, wanted = 4): readonly number[] {
  if (!(largest > 0)) return [0, 1]
  const rough = largest / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power)
  const count = Math.ceil(largest / step)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

/** Minutes between two labels of a time axis: steps that people expect on a clock. */
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1_440]

const MINUTE_MS = 60_000

/**
 * The indexes of the times at which a round step of the clock begins, such as every ten minutes.
 *
 * @param times milliseconds since the epoch, ascending, at equal intervals
 * @param wanted the maximum number of indexes
 */
export function clockIndexes(times: readonly number[], wanted: number): readonly number[] {
  const minutes = times.map((at) => Math.floor(at / MINUTE_MS) - new Date(at).getTimezoneOffset())
  const length = (minutes.at(-1) ?? 0) - (minutes[0] ?? 0) + 1
  const step = CLOCK_STEPS.find((minute) => Math.ceil(length / minute) <= wanted) ?? 1_440
  const parts = minutes.map((minute) => Math.floor(minute / step))
  return minutes.flatMap((minute, index) => {
    const begins = index === 0 ? minute % step === 0 : parts[index] !== parts[index - 1]
    return begins ? [index] : []
  })
}
