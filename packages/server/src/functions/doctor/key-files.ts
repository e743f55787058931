/** Finds the key files of custom login in the folder of a function. */
import { join } from 'node:path'
import type { Reader } from '../project/disk.ts'
import { member, parseLooseJson } from '../project/json.ts'

export interface KeyFile {
  /** Relative to the function: `tcb_custom_login.json`. */
  readonly path: string
  /** The environment that the key is for. */
  readonly env: string
}

/** JSON files that are looked at in a folder. A function has one key. */
const MAX_FILES = 100

/** The files in the folder itself, and in those in it, that have the members of a key file. */
export function keyFiles(disk: Reader, directory: string): readonly KeyFile[] {
  return jsonFiles(disk, directory).flatMap((path) => {
    const read = disk.text(join(directory, path))
    if (!('value' in read) || !read.value.includes('private_key_id')) return []
    const json = parseLooseJson(read.value, () => {})
    const [env, key] = [member(json, 'env_id'), member(json, 'private_key')]
    return typeof env === 'string' && typeof key === 'string' ? [{ path, env }] : []
  })
}

function jsonFiles(disk: Reader, directory: string): readonly string[] {
  const found: string[] = []
  for (const folder of ['', ...foldersIn(disk, directory)]) {
    const listed = disk.entries(join(directory, folder))
    for (const { name } of 'value' in listed ? listed.value : []) {
      if (name.endsWith('.json') && !name.startsWith('package') && found.length < MAX_FILES)
        found.push(join(folder, name))
    }
  }
  return found
}

function foldersIn(disk: Reader, directory: string): readonly string[] {
  const listed = disk.entries(directory)
  if (!('value' in listed)) return []
  return listed.value.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules').map(({ name }) => name)
}
