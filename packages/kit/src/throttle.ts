/** Calls `emit` immediately, then at most every `intervalMs`. The last request is never dropped. */
export interface Throttle {
  request(): void
  /** Calls `emit` one last time. */
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
