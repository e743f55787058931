import { basename, dirname, join, posix, resolve } from 'node:path'
import { firstFile, isDirectory, isFile, isObject, type JsonObject } from '../node/files.ts'
import { splitRequest } from '../node/node-modules.ts'
import type { AppJson, ComponentJson } from '../shared/built-program.ts'
import { readJsonObject } from './json-file.ts'
import { NPM_FOLDER, NpmFailure, NpmPackages } from './npm-packages.ts'
import { BuildError, type Problems } from './problems.ts'
import { checkAppJson, packagesOf, pagesOf } from './project-checks.ts'

/** A page or a component on disk. */
export interface Part {
  /** The path in the program, without extension: `pages/index/index`, `miniprogram_npm/some-package/button/index`. */
  readonly path: string
  /** The absolute path on disk, without extension. */
  readonly base: string
  readonly isPage: boolean
  /** Its JSON; the values of `usingComponents` are paths in the program. */
  readonly json: ComponentJson
  readonly jsonFile: string
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
  readonly appJsonFile: string
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
  const app = readJsonObject(appJsonPath, problems.error)
  const appScript = firstFile(join(root, 'app'), ['.ts', '.js'])
  if (appScript === undefined) fail(problems, join(root, 'app.js'), 'there is neither app.js nor app.ts')
  if (app === undefined) throw new BuildError(problems.errors)
  const theme = readTheme(app, root, appJsonPath, problems)
  checkAppJson(app, theme, root, appJsonPath, problems)
  const reader = new PartReader(root, new NpmPackages(directory, root), problems)
  const usingComponents = reader.resolveComponents(app.usingComponents, '', appJsonPath)
  for (const page of pagesOf(app)) reader.read(page, true, appJsonPath)
  reader.readRest()
  return {
    directory,
    root,
    name: typeof config.projectname === 'string' ? config.projectname : basename(directory),
    app: { ...app, pages: pagesOf(app), usingComponents, theme, packages: packagesOf(app) },
    appJsonFile: appJsonPath,
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
  return isFile(path) ? (readJsonObject(path, problems.error) ?? {}) : {}
}

function readTheme(app: JsonObject, root: string, appJsonPath: string, problems: Problems): JsonObject {
  if (app.themeLocation === undefined) return {}
  const path = join(root, String(app.themeLocation))
  if (isFile(path)) return readJsonObject(path, problems.error) ?? {}
  problems.error(appJsonPath, `"themeLocation": there is no file ${app.themeLocation}`)
  return {}
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
    const json = (isFile(jsonPath) ? readJsonObject(jsonPath, this.#problems.fault) : undefined) ?? {}
    const kind = isPage ? 'page' : 'component'
    if (files.script === undefined) this.#problems.fault(from, `${kind} "${path}" has no ${basename(base)}.js or .ts`)
    if (files.template === undefined) this.#problems.fault(from, `${kind} "${path}" has no ${basename(base)}.wxml`)
    if (!isPage && json.component !== true) this.#problems.fault(jsonPath, 'a component needs "component": true')
    const usingComponents = this.resolveComponents(json.usingComponents, path, jsonPath)
    if (files.script === undefined || files.template === undefined) return
    this.parts.set(path, {
      path,
      base,
      isPage,
      json: { ...json, usingComponents },
      jsonFile: jsonPath,
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
      this.#problems.fault(jsonPath, '"usingComponents" has to be an object')
      return resolved
    }
    for (const [tag, target] of Object.entries(declared)) {
      const path = this.#findComponent(String(target), owner)
      if (typeof path === 'string') {
        resolved[tag] = path
        this.#waiting.push({ path, from: jsonPath })
      } else {
        this.#problems.fault(jsonPath, `component "${tag}" is not found at "${target}"${path.reason}`)
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
    for (let folder = posix.dirname(owner); ; folder = posix.dirname(folder)) {
      const inPackage = posix.join(folder, NPM_FOLDER, target)
      const built = [inPackage, `${inPackage}/index`].find((path) => this.#exists(path))
      if (built !== undefined) return built
      if (folder === '.') break
    }
    try {
      const { name } = splitRequest(target)
      this.npm.ofProject(name, dirname(join(this.#root, owner)))
      return { reason: ` in npm package '${name}'` }
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
