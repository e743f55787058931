/** Resolves in the next turn of the event loop, in which native answers arrive. */
export function laterTurn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve))
}

/** Uses setImmediate where it exists: it runs before timers, and nested calls are not delayed to 4 ms. */
function nextTurn(work: () => void): void {
  const immediate: unknown = Reflect.get(globalThis, 'setImmediate')
  if (typeof immediate === 'function') immediate(work)
  else setTimeout(work, 0)
}

/** Resolves after `ms` milliseconds, or rejects with the reason of `signal` if it is aborted earlier. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** A timer that does not keep a Node process alive. */
export function backgroundTimer(work: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer: unknown = setTimeout(work, ms)
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
  return timer as ReturnType<typeof setTimeout>
}
