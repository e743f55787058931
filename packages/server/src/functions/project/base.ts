/** The directory of a project: where its cloudbaserc.json is. */
import { dirname, join, resolve } from 'node:path'
import type { Reader } from './disk.ts'
import { member } from './json.ts'
import { realPath } from './paths.ts'
import { readJson } from './read-json.ts'

/** The file of a project that declares its functions. */
export const DECLARATIONS = 'cloudbaserc.json'

/** Folders between the root of the functions and a cloudbaserc.json that names it: `server/functions` has one. */
const MAX_BETWEEN = 2

interface ProjectBase {
  /** As the root names it. */
  readonly base: string
  /** The same without symbolic links. */
  readonly project: string
}

/** The directory that contains the root, or one above it with a cloudbaserc.json whose `functionRoot` is the root. */
export function projectBase(disk: Reader, root: string): ProjectBase {
  const parent = dirname(root)
  const base = 'absent' in disk.text(join(parent, DECLARATIONS)) ? (baseAbove(disk, root, parent) ?? parent) : parent
  return { base, project: realPath(base) ?? base }
}

function baseAbove(disk: Reader, root: string, parent: string): string | undefined {
  let base = parent
  for (let between = 0; between < MAX_BETWEEN; between++) {
    base = dirname(base)
    const named = functionRoot(disk, base)
    if (named !== undefined && resolve(base, named) === root) return base
  }
  return undefined
}

/** What cloudbaserc.json says, without its templates filled in. */
export function functionRoot(disk: Reader, base: string): string | undefined {
  const named = member(
    readJson(disk, join(base, DECLARATIONS), () => {}),
    'functionRoot',
  )
  return typeof named === 'string' && !named.includes('\0') ? named : undefined
}
