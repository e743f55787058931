import { existsSync, realpathSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
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

/** A package or module that is not available. The message follows the name of the package and says what to do. */
export class NpmFailure extends Error {}

/**
 * The npm packages of a project after WeChat's "build npm": the `dependencies` of the project's package.json, and their
 * dependencies. `exports` and `browser` fields are ignored, and Node's modules do not exist.
 */
export class NpmPackages {
  readonly #directory: string
  readonly #dependencies: ReadonlySet<string>
  readonly #used = new Map<string, NpmPackage>()

  constructor(packageJsonDirectory: string) {
    this.#directory = packageJsonDirectory
    this.#dependencies = new Set(Object.keys(readManifest(packageJsonDirectory).dependencies ?? {}))
  }

  /** The packages that were requested so far. */
  get used(): readonly NpmPackage[] {
    return [...this.#used.values()]
  }

  /** A package that the program itself imports. @throws NpmFailure */
  ofProject(name: string): NpmPackage {
    if (!this.#dependencies.has(name)) {
      const nodes = builtinModules.includes(name) ? 'is a module of Node, which WeChat does not have' : undefined
      throw new NpmFailure(
        nodes ?? `is not in "dependencies" of package.json, so WeChat's npm build would leave it out`,
      )
    }
    return this.#find(name, this.#directory)
  }

  /** The module of a bare import in the program: `@cloudbase/js-sdk`, `some-package/utils`. @throws NpmFailure */
  moduleOfProject(request: string): string {
    const { name, subpath } = splitRequest(request)
    const found = this.ofProject(name)
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
  const main = typeof manifest.main === 'string' ? resolveFile(join(root, manifest.main)) : undefined
  const file = main ?? resolveFile(join(root, 'index'))
  if (file !== undefined) return file
  throw new NpmFailure(`has no main file in ${root}`)
}

/** A file, with or without its extension, or the index.js of a folder. */
function resolveFile(path: string): string | undefined {
  return [path, `${path}.js`, `${path}.json`, join(path, 'index.js')].find(isFile)
}
