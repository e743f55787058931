import { basename, join, posix, resolve } from 'node:path'
import { firstFile, isDirectory, isFile, isObject, type JsonObject } from '../node/files.ts'
import { splitRequest } from '../node/node-modules.ts'
import type { AppJson, ComponentJson } from '../shared/built-program.ts'
import { readJsonObject } from './json-file.ts'
import { NpmFailure, NpmPackages } from './npm-packages.ts'
import { BuildError, type Problems } from './problems.ts'
import { checkAppJson, pagesOf } from './project-checks.ts'

/** The folder of the packages in the program, as after WeChat's npm build. */
const NPM_FOLDER = 'miniprogram_npm'

/** A page or a component on disk. */
export interface Part {
  /** The path in the program, without extension: `pages/index/index`, `miniprogram_npm/some-package/button/index`. */
  readonly path: string
  /** The absolute path on disk, without extension. */
  readonly base: string
  readonly isPage: boolean
  /** Its JSON; the values of `usingComponents` are paths in the program. */
  readonly json: ComponentJson
  /** The .ts or .js file. */
  readonly script: string
  readonly template: string
  /** The .wxss file, if there is one. */
  readonly style: string | undefined
}

/** A Mini Program project: everything that app.json refers to, read and checked. */
export interface Project {
  readonly directory: string
  /** `miniprogramRoot` of project.config.json, absolute. */
  readonly root: string
  readonly name: string
  readonly app: AppJson
  readonly appScript: string
  readonly appStyle: string | undefined
  readonly parts: ReadonlyMap<string, Part>
  readonly npm: NpmPackages
  /** The absolute path on disk for a path in the program, with or without extension. */
  locate(path: string): string
}

/** Reads a project and adds to `problems`. @throws BuildError if app.json or the app script is missing or broken */
export function readProject(directory: string, problems: Problems): Project {
  const config = readConfig(directory, problems)
  const root = resolve(directory, typeof config.miniprogramRoot === 'string' ? config.miniprogramRoot : '.')
  const appJsonPath = join(root, 'app.json')
  if (!isFile(appJsonPath)) fail(problems, appJsonPath, 'there is no app.json')
  const app = readJsonObject(appJsonPath, problems)
  const appScript = firstFile(join(root, 'app'), ['.ts', '.js'])
  if (appScript === undefined) fail(problems, join(root, 'app.js'), 'there is neither app.js nor app.ts')
  if (app === undefined) throw new BuildError(problems.errors)
  checkAppJson(app, root, appJsonPath, problems)
  const reader = new PartReader(root, new NpmPackages(packageFolder(directory, root)), problems)
  const usingComponents = reader.resolveComponents(app.usingComponents, '', appJsonPath)
  for (const page of pagesOf(app)) reader.read(page, true, appJsonPath)
  reader.readRest()
  return {
    directory,
    root,
    name: typeof config.projectname === 'string' ? config.projectname : basename(directory),
    app: { ...app, pages: pagesOf(app), usingComponents, theme: readTheme(app, root, appJsonPath, problems) },
    appScript,
    appStyle: firstFile(join(root, 'app'), ['.wxss']),
    parts: reader.parts,
    npm: reader.npm,
    locate: (path) => reader.locate(path),
  }
}

function readConfig(directory: string, problems: Problems): JsonObject {
  const path = join(directory, 'project.config.json')
  if (!isDirectory(directory)) fail(problems, directory, 'there is no such folder')
  return isFile(path) ? (readJsonObject(path, problems) ?? {}) : {}
}

function readTheme(app: JsonObject, root: string, appJsonPath: string, problems: Problems): JsonObject {
  if (app.themeLocation === undefined) return {}
  const path = join(root, String(app.themeLocation))
  if (isFile(path)) return readJsonObject(path, problems) ?? {}
  problems.error(appJsonPath, `"themeLocation": there is no file ${app.themeLocation}`)
  return {}
}

/** WeChat reads the package.json beside project.config.json or the one in the folder of the program. */
function packageFolder(directory: string, root: string): string {
  return isFile(join(directory, 'package.json')) ? directory : root
}

function fail(problems: Problems, file: string, message: string): never {
  problems.error(file, message)
  throw new BuildError(problems.errors)
}

/** Reads pages, and the components in their `usingComponents`, recursively. */
class PartReader {
  readonly parts = new Map<string, Part>()
  readonly npm: NpmPackages
  readonly #root: string
  readonly #problems: Problems
  readonly #waiting: { path: string; from: string }[] = []

  constructor(root: string, npm: NpmPackages, problems: Problems) {
    this.#root = root
    this.npm = npm
    this.#problems = problems
  }

  /** Reads the page or component at a path of the program. `from` is the JSON file that refers to it. */
  read(path: string, isPage: boolean, from: string): void {
    const base = this.locate(path)
    const files = { script: firstFile(base, ['.ts', '.js']), template: firstFile(base, ['.wxml']) }
    const jsonPath = `${base}.json`
    const json = isFile(jsonPath) ? readJsonObject(jsonPath, this.#problems) : isPage ? {} : undefined
    const kind = isPage ? 'page' : 'component'
    if (files.script === undefined) this.#problems.error(from, `${kind} "${path}" has no ${basename(base)}.js or .ts`)
    if (files.template === undefined) this.#problems.error(from, `${kind} "${path}" has no ${basename(base)}.wxml`)
    if (json === undefined) return
    if (!isPage && json.component !== true) this.#problems.error(jsonPath, 'a component needs "component": true')
    const usingComponents = this.resolveComponents(json.usingComponents, path, jsonPath)
    if (files.script === undefined || files.template === undefined) return
    this.parts.set(path, {
      path,
      base,
      isPage,
      json: { ...json, usingComponents },
      script: files.script,
      template: files.template,
      style: firstFile(base, ['.wxss']),
    })
  }

  /** Reads the components found so far, recursively. */
  readRest(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!this.parts.has(next.path)) this.read(next.path, false, next.from)
    }
  }

  /** Turns the values of `usingComponents` into paths in the program, and queues them for `readRest`. */
  resolveComponents(declared: unknown, owner: string, jsonPath: string): Record<string, string> {
    const resolved: Record<string, string> = {}
    if (declared === undefined) return resolved
    if (!isObject(declared)) {
      this.#problems.error(jsonPath, '"usingComponents" has to be an object')
      return resolved
    }
    for (const [tag, target] of Object.entries(declared)) {
      const path = this.#findComponent(String(target), owner)
      if (typeof path === 'string') {
        resolved[tag] = path
        this.#waiting.push({ path, from: jsonPath })
      } else {
        this.#problems.error(jsonPath, `component "${tag}" is not found at "${target}"${path.reason}`)
      }
    }
    return resolved
  }

  /** WeChat looks relative to the file, from the root, and in the npm packages; a folder means its index. */
  #findComponent(target: string, owner: string): string | { reason: string } {
    if (target.startsWith('plugin:')) return { reason: ': plugins exist in WeChat only' }
    const isAbsolute = target.startsWith('/')
    const inProgram = posix.normalize(isAbsolute ? target.slice(1) : posix.join(posix.dirname(owner), target))
    const found = [inProgram, `${inProgram}/index`].find((path) => this.#exists(path))
    if (found !== undefined) return found
    if (isAbsolute || target.startsWith('.')) return { reason: '' }
    try {
      const { name } = splitRequest(target)
      this.npm.ofProject(name)
      const inPackage = `${NPM_FOLDER}/${posix.normalize(target)}`
      return (
        [inPackage, `${inPackage}/index`].find((path) => this.#exists(path)) ?? { reason: ` in npm package '${name}'` }
      )
    } catch (error) {
      if (error instanceof NpmFailure) return { reason: `: it ${error.message}` }
      throw error
    }
  }

  #exists(path: string): boolean {
    try {
      return isFile(`${this.locate(path)}.json`)
    } catch (error) {
      // A path in a missing package.
      if (error instanceof NpmFailure) return false
      throw error
    }
  }

  /** The absolute path on disk for a path of the program. @throws NpmFailure for a missing package */
  locate(path: string): string {
    if (!path.startsWith(`${NPM_FOLDER}/`)) return join(this.#root, path)
    const { name, subpath } = splitRequest(path.slice(NPM_FOLDER.length + 1))
    const found = this.npm.ofProject(name)
    if (found.miniprogramFolder !== undefined) return join(found.miniprogramFolder, subpath)
    throw new NpmFailure('has no "miniprogram" folder, so it has no components')
  }
}
