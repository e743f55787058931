import { fsync, openSync } from 'node:fs'

/**
 * Makes the names in a directory durable. Calls of one moment share a sync: one that starts while a sync runs waits for the
 * next, since the running one may have missed its rename.
 */
export function sharedSync(directory: string): (done: (error: Error | null) => void) => void {
  const fd = openSync(directory, 'r')
  let waiting: ((error: Error | null) => void)[] = []
  let running = false

  function run(): void {
    const served = waiting
    waiting = []
    running = true
    fsync(fd, (error) => {
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
