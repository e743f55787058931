/** The packages that a function needs, and those of them that are not installed. */
import { statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, parse } from 'node:path'
import type { FunctionDefinition } from '../definition.ts'
import type { Reader } from '../project/disk.ts'
import { isObject, member } from '../project/json.ts'
import { directoriesUpTo } from '../project/paths.ts'
import { readJson } from '../project/read-json.ts'

export interface MissingPackage {
  readonly name: string
  /** Whether the package.json of the function lists it, so that npm would install it. */
  readonly listed: boolean
}

/**
 * The packages that the package.json of a function lists as dependencies, or that the file of its handler requires, and that
 * are in no `node_modules` of the function or above it; by name.
 */
export function missingPackages(disk: Reader, { directory, file }: FunctionDefinition): readonly MissingPackage[] {
  const json = readJson(disk, join(directory, 'package.json'), () => {})
  const listed = new Set(Object.keys(objectOf(member(json, 'dependencies'))))
  const optional = new Set(Object.keys(objectOf(member(json, 'optionalDependencies'))))
  const read = disk.text(file)
  const required = 'value' in read ? requiredPackages(read.value) : []
  return [...new Set([...listed, ...required])]
    .filter((name) => PACKAGE.test(name) && !optional.has(name) && !isInstalled(name, directory))
    .sort()
    .map((name) => ({ name, listed: listed.has(name) }))
}

/** The name of a package, in a scope or not. */
const PACKAGE = /^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*$/

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {}
}

/** Comments, strings, and calls of `require` with a fixed name. */
const CODE =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<![\w$.])require\s*\(\s*(?:'([^'\\\n]+)'|"([^"\\\n]+)"|`([^`\\$\n]+)`)\s*\)|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/g

/** The names of the packages that CommonJS code requires, as far as its text shows; no files, no modules of Node. */
function requiredPackages(code: string): readonly string[] {
  return [...code.matchAll(CODE)].flatMap(([, single, double, backtick]) => {
    const id = single ?? double ?? backtick
    if (id === undefined || isBuiltin(id) || /^[./#]/.test(id)) return []
    return id.split('/', id.startsWith('@') ? 2 : 1).join('/')
  })
}

function isInstalled(name: string, directory: string): boolean {
  const places = directoriesUpTo(parse(directory).root, directory)
  return places.some((place) => statSync(join(place, 'node_modules', name), { throwIfNoEntry: false })?.isDirectory())
}
