import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// All instances share one exit listener of the process.
const toRemoveAtExit = new Set<string>()

/** A directory on disk that is created at first use and removed by `remove()`, or when the process exits. */
export class TempDirectory {
  #path: string | undefined

  get path(): string {
    this.#path ??= create()
    return this.#path
  }

  remove(): void {
    if (this.#path === undefined) return
    rmSync(this.#path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
    toRemoveAtExit.delete(this.#path)
    if (toRemoveAtExit.size === 0) process.off('exit', removeAll)
    this.#path = undefined
  }
}

function create(): string {
  const path = mkdtempSync(join(tmpdir(), 'cloudstead-wx-'))
  if (toRemoveAtExit.size === 0) process.on('exit', removeAll)
  toRemoveAtExit.add(path)
  return path
}

function removeAll(): void {
  for (const path of toRemoveAtExit) rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
}
