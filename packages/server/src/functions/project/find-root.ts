/** Finds the functions of a project that no configuration names. */
import { resolve } from 'node:path'
import { functionRoot } from './base.ts'
import { createDisk } from './disk.ts'

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
  const root = resolve(project, functionRoot(disk, project) ?? USUAL_ROOT)
  return 'value' in disk.entries(root) ? root : undefined
}
