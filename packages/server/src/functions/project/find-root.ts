/** Finds the functions of a project that no configuration names. */
import { join, resolve } from 'node:path'
import { createDisk } from './disk.ts'
import { readJson } from './function-definition.ts'
import { member } from './json.ts'
import { DECLARATIONS } from './project.ts'

const USUAL_ROOT = 'cloudfunctions'

/**
 * The directory that `functionRoot` of the project's cloudbaserc.json names, else its `cloudfunctions`; undefined when that
 * does not exist.
 *
 * @param project the directory of cloudbaserc.json
 * @returns absolute
 */
export function findFunctionsRoot(project: string): string | undefined {
  const disk = createDisk()
  const named = member(
    readJson(disk, join(project, DECLARATIONS), () => {}),
    'functionRoot',
  )
  const root = resolve(project, typeof named === 'string' ? named : USUAL_ROOT)
  return 'value' in disk.entries(root) ? root : undefined
}
