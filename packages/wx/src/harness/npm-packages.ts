import { existsSync, realpathSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { isDirectory, isFile, type JsonObject } from '../node/files.ts'
import { DEFAULT_MINIPROGRAM_FOLDER, findPackage, readManifest, splitRequest } from '../node/node-modules.ts'

/** A package for WeChat's "build npm". */
export interface NpmPackage {
  readonly name: string
  readonly root: string
  /** The folder with the Mini Program build, which is copied. Without one, only the modules reachable from `main` are packed. */
  readonly miniprogramFolder: string | undefined
  readonly manifest: JsonObject
}

/** The folder of the packages in the program, as after WeChat's npm build. */
export const NPM_FOLDER = 'miniprogram_npm'

/** A package or module that is not available. The message follows the name of the package and says what to do. */
export class NpmFailure extends Error {}

/**
 * The npm packages of a project after WeChat's "build npm": the `dependencies` of the nearest package.json that lists the
 * package, from the importing folder up to the project, and their dependencies; or else the nearest `miniprogram_npm` that
 * has it. `exports` and `browser` fields are ignored, and Node's modules do not exist.
 */
export class NpmPackages {
  readonly #directory: string
  readonly #root: string
  readonly #dependencies = new Map<string, ReadonlySet<string>>()
  readonly #used = new Map<string, NpmPackage>()

  /** `directory` has project.config.json; `root` is the folder of the program. */
  constructor(directory: string, root = directory) {
    this.#directory = directory
    this.#root = root
  }

  /** The packages that were requested so far. */
  get used(): readonly NpmPackage[] {
    return [...this.#used.values()]
  }

  /** A package that the program itself imports, in a file in the folder `from`. @throws NpmFailure */
  ofProject(name: string, from = this.#root): NpmPackage {
    let failure: NpmFailure | undefined
    for (const folder of this.#foldersAbove(from)) {
      try {
        if (this.#dependenciesOf(folder).has(name)) return this.#find(name, folder)
      } catch (error) {
        if (!(error instanceof NpmFailure)) throw error
        failure ??= error
      }
      const built = folder === this.#root ? undefined : builtPackage(folder, name)
      if (built !== undefined) return built
    }
    // The developer tools write this folder; the installed packages are newer.
    const built = builtPackage(this.#root, name)
    if (built !== undefined) return built
    const nodes = builtinModules.includes(name) ? 'is a module of Node, which WeChat does not have' : undefined
    const unlisted = `is not in "dependencies" of package.json, so WeChat's npm build would leave it out`
    throw failure ?? new NpmFailure(nodes ?? unlisted)
  }

  /** From a folder up to the folder of the program, and the folder of the project. */
  #foldersAbove(from: string): string[] {
    const folders: string[] = []
    for (let folder = from; folder.startsWith(this.#root + sep); folder = dirname(folder)) folders.push(folder)
    return [...new Set([...folders, this.#root, this.#directory])]
  }

  #dependenciesOf(folder: string): ReadonlySet<string> {
    const known = this.#dependencies.get(folder)
    if (known !== undefined) return known
    const dependencies = new Set(Object.keys(readManifest(folder).dependencies ?? {}))
    this.#dependencies.set(folder, dependencies)
    return dependencies
  }

  /**
   * The module of a bare import in the program, in a file in the folder `from`: `@cloudbase/js-sdk`, `some-package/utils`.
   * @throws NpmFailure
   */
  moduleOfProject(request: string, from = this.#root): string {
    const { name, subpath } = splitRequest(request)
    const found = this.ofProject(name, from)
    if (found.miniprogramFolder !== undefined) {
      const file = resolveFile(join(found.miniprogramFolder, subpath === '' ? 'index' : subpath))
      if (file !== undefined) return file
      throw new NpmFailure(`'${subpath || 'index.js'}' is not in ${found.miniprogramFolder}`)
    }
    if (subpath === '') return mainFile(found)
    throw new NpmFailure(
      `'${name}' has no "miniprogram" folder, so WeChat's npm build packs its main file only: '${subpath}' cannot be required`,
    )
  }

  /** The module of a bare import in a package. @throws NpmFailure */
  moduleOfPackage(request: string, importer: string): string {
    const { name, subpath } = splitRequest(request)
    const found = this.#find(name, dirname(importer))
    if (subpath === '') {
      const folder = found.miniprogramFolder
      const file = folder === undefined ? undefined : resolveFile(join(folder, 'index'))
      return file ?? mainFile(found)
    }
    const folders = found.miniprogramFolder === undefined ? [found.root] : [found.miniprogramFolder, found.root]
    const file = folders.map((folder) => resolveFile(join(folder, subpath))).find((path) => path !== undefined)
    if (file !== undefined) return file
    throw new NpmFailure(`'${subpath}' is not in ${found.root}`)
  }

  #find(name: string, fromDirectory: string): NpmPackage {
    // The real path first: a package that is linked into node_modules has its dependencies near its real folder.
    const starts = existsSync(fromDirectory) ? [realpathSync(fromDirectory), fromDirectory] : [fromDirectory]
    for (const start of starts) {
      const linked = findPackage(name, start)
      if (linked === undefined) continue
      const root = realpathSync(linked)
      const known = this.#used.get(root)
      if (known !== undefined) return known
      const manifest = readManifest(root)
      const found = { name, root, manifest, miniprogramFolder: miniprogramFolder(root, name, manifest) }
      this.#used.set(root, found)
      return found
    }
    if (builtinModules.includes(name)) throw new NpmFailure('is a module of Node, which WeChat does not have')
    throw new NpmFailure('is not installed: run npm install')
  }
}

/** A package in the `miniprogram_npm` of a folder, as WeChat's npm build has left it. */
function builtPackage(folder: string, name: string): NpmPackage | undefined {
  const root = join(folder, NPM_FOLDER, name)
  if (isDirectory(root)) return { name, root, miniprogramFolder: root, manifest: {} }
  // A package of one file.
  return isFile(`${root}.js`) ? { name, root: `${root}.js`, miniprogramFolder: undefined, manifest: {} } : undefined
}

function miniprogramFolder(root: string, name: string, manifest: JsonObject): string | undefined {
  const declared = manifest.miniprogram
  const folder = join(root, typeof declared === 'string' ? declared : DEFAULT_MINIPROGRAM_FOLDER)
  if (isDirectory(folder)) return folder
  if (typeof declared !== 'string') return undefined
  throw new NpmFailure(
    `declares the folder "${declared}" for Mini Programs, which does not exist: build '${name}' first`,
  )
}

function mainFile({ root, manifest }: NpmPackage): string {
  if (isFile(root)) return root
  const main = typeof manifest.main === 'string' ? resolveFile(join(root, manifest.main)) : undefined
  const file = main ?? resolveFile(join(root, 'index'))
  if (file !== undefined) return file
  throw new NpmFailure(`has no main file in ${root}`)
}

/** A file, with or without its extension, or the index.js of a folder. */
function resolveFile(path: string): string | undefined {
  return [path, `${path}.js`, `${path}.json`, join(path, 'index.js')].find(isFile)
}
