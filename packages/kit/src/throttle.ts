/** Calls `emit` at once, and then at most every `intervalMs`, the last time never left out. */
export interface Throttle {
  request(): void
  /** Calls `emit` now, and never again after. */
  finish(): void
}

export function createThrottle(intervalMs: number, emit: () => void): Throttle {
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting = false
  let finished = false
  const fire = () => {
    waiting = false
    timer = setTimeout(() => {
      timer = undefined
      if (waiting) fire()
    }, intervalMs)
    emit()
  }
  return {
    request() {
      if (finished) return
      if (timer === undefined) fire()
      else waiting = true
    },
    finish() {
      if (finished) return
      finished = true
      if (timer !== undefined) clearTimeout(timer)
      waiting = false
      emit()
    },
  }
}
