/** Screenshots of an end-to-end test, saved in `artifacts/`. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ARTIFACTS = join(import.meta.dirname, '../../artifacts/e2e')

export interface Screenshots {
  readonly directory: string
  /** The path of the next screenshot, numbered in order: `03-uploading.png`. */
  next(name: string): string
}

/** Creates an empty folder for the screenshots of one test file. */
export function newScreenshots(suite: string): Screenshots {
  const directory = join(ARTIFACTS, suite)
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  let count = 0
  return {
    directory,
    next(name) {
      count += 1
      return join(directory, `${String(count).padStart(2, '0')}-${name}.png`)
    },
  }
}
