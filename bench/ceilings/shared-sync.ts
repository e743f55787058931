type Done = (error: Error | null) => void

/**
 * Lets calls of one moment share a sync. A call that comes while a sync runs waits for the next one, since the running one may
 * have begun before the change that the caller made.
 */
export function sharedSync(sync: (done: Done) => void): (done: Done) => void {
  let waiting: Done[] = []
  let running = false

  function run(): void {
    const served = waiting
    waiting = []
    running = true
    sync((error) => {
      running = false
      if (waiting.length > 0) run()
      for (const done of served) done(error)
    })
  }

  return (done) => {
    waiting.push(done)
    if (!running) run()
  }
}
