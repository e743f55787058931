/** Finds the folders of the functions of a project. */
import { join, resolve } from 'node:path'
import type { Text } from '@cloudstead/rules'
import type { DeclaredFunction } from './cloudbaserc.ts'
import type { Reader } from './disk.ts'
import type { FunctionFolder } from './function-definition.ts'
import { FUNCTION_NAME, validName } from './function-name.ts'
import { shown } from './json.ts'
import { isWithin, realPath } from './paths.ts'
import type { Report } from './report.ts'

interface Places {
  readonly disk: Reader
  /** The directory of the functions. */
  readonly root: string
  /** The directory of cloudbaserc.json. */
  readonly base: string
  /** The same without symbolic links. */
  readonly project: string
}

/**
 * The folders in the root, and those that cloudbaserc.json names elsewhere in the project, by name.
 *
 * @param report told about the root
 * @param reportOn told about a function
 */
export function functionFolders(
  { disk, root, base, project }: Places,
  declared: ReadonlyMap<string, DeclaredFunction>,
  report: Report,
  reportOn: (name: string) => Report,
): readonly FunctionFolder[] {
  const listed = disk.entries(root)
  if (!('value' in listed)) {
    report(
      'absent' in listed
        ? { en: `there is no directory ${root} of functions`, zh: `云函数目录 ${root} 不存在` }
        : {
            en: `the directory ${root} of functions cannot be read: ${listed.failure}`,
            zh: `无法读取云函数目录 ${root}：${listed.failure}`,
          },
    )
  }
  const folders = new Map<string, FunctionFolder>()
  for (const entry of 'value' in listed ? listed.value : []) {
    const { name } = entry
    const isFolder = entry.isDirectory() || entry.isSymbolicLink()
    if (!isFolder || name.startsWith('.') || name === 'node_modules') continue
    const path = join(root, name)
    if (!FUNCTION_NAME.test(name)) {
      if (hasIndex(disk, path)) report(badName(name))
      continue
    }
    if (declared.get(name)?.dir !== undefined) continue
    const directory = realPath(path)
    if (directory === undefined) {
      reportOn(name)({ en: `its folder ${path} leads nowhere`, zh: `它的目录 ${path} 指向不存在的位置` })
    } else if (entry.isDirectory() || 'value' in disk.entries(directory)) {
      folders.set(name, { name, directory, declared: declared.get(name) })
    }
  }
  for (const [name, one] of declared) {
    if (folders.has(name)) continue
    const path = one.dir === undefined ? join(root, name) : resolve(base, one.dir)
    const directory = path.includes('\0') ? undefined : realPath(path)
    // Looked at, so that a folder that comes later is noticed.
    const found = directory !== undefined && 'value' in disk.entries(path)
    const isInside = directory !== undefined && isWithin(directory, project)
    if (found && isInside) folders.set(name, { name, directory, declared: one })
    else reportOn(name)(found ? outside(path) : noFolder(path))
  }
  return [...folders.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function hasIndex(disk: Reader, path: string): boolean {
  const entries = disk.entries(path)
  return 'value' in entries && entries.value.some(({ name }) => name === 'index.js')
}

function badName(name: string): Text {
  const close = validName(name)
  return {
    en: `the folder ${shown(name)} is no function, because its name is not valid; rename it${close === undefined ? '' : ` to ${close}`}: 2 to 60 letters, digits, - and _, a letter first`,
    zh: `目录 ${shown(name)} 的名称不是有效的云函数名；请重命名${close === undefined ? '' : `为 ${close}`}：2 到 60 个字母、数字、- 或 _，以字母开头`,
  }
}

function outside(path: string): Text {
  return {
    en: `its directory ${path} is outside of the project`,
    zh: `它的目录 ${path} 在项目之外`,
  }
}

function noFolder(path: string): Text {
  return {
    en: `cloudbaserc.json names it, but its directory ${path} does not exist or cannot be read`,
    zh: `cloudbaserc.json 中有它，但它的目录 ${path} 不存在或无法读取`,
  }
}
