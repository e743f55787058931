/** Pictures of what an end-to-end test saw, for people to look at. They are kept under `artifacts/`. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ARTIFACTS = join(import.meta.dirname, '../../artifacts/e2e')

export interface Screenshots {
  readonly directory: string
  /** A path for the next picture, numbered so that they stay in order: `03-uploading.png`. */
  next(name: string): string
}

/** An empty folder for the pictures of one test file. */
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
