import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import { isFile } from './files.ts'
import { createModuleScope, type MiniProgramGlobals } from './module-scope.ts'
import { DEFAULT_MINIPROGRAM_FOLDER, findPackage, readManifest, splitRequest } from './node-modules.ts'

/** The JavaScript environment of a Mini Program: a module registry and a private global object. */
export interface MiniProgramRuntime {
  /**
   * Loads a module once and returns its exports. `request` is an absolute path or file URL of a file or package folder, or
   * the name of a package, which is looked up from `resolveFrom`. As after WeChat's npm build, the `miniprogram` folder of a
   * package takes precedence over its `main`, `exports` are ignored, and Node's own modules do not exist.
   */
  require<Exports = unknown>(request: string): Exports
  /** The private global object of the modules. */
  readonly globalThis: Record<string, unknown>
  /** Stops all timers that the modules started. */
  dispose(): void
}

export interface RuntimeOptions extends MiniProgramGlobals {
  /** The folder from which packages are looked up; default the working directory. */
  resolveFrom?: string | undefined
}

interface LoadedModule {
  exports: unknown
}

/**
 * Creates a runtime with an empty module registry, so that two users can run the same SDK side by side.
 *
 * Loaded code runs in this realm (so that `instanceof` works with objects from outside), in a scope with WeChat's globals
 * only: `fetch`, `process`, `Buffer`, `URL`, `window` and so on are undefined. This protects against mistakes; it is not a
 * sandbox for hostile code.
 *
 * @example
 * const phone = createWx({ loginCode: 'dev:alice' })
 * const runtime = createMiniProgramRuntime({ wx: phone.wx })
 * const cloudbase = runtime.require('@cloudbase/js-sdk')
 */
export function createMiniProgramRuntime(options: RuntimeOptions): MiniProgramRuntime {
  const scope = createModuleScope(options)
  const loaded = new Map<string, LoadedModule>()
  const resolveFrom = resolve(options.resolveFrom ?? '.')

  const load = (file: string): unknown => {
    const path = realpathSync(file)
    const known = loaded.get(path)
    if (known !== undefined) return known.exports
    const module: LoadedModule = { exports: {} }
    loaded.set(path, module)
    try {
      run(path, module)
    } catch (error) {
      loaded.delete(path)
      throw error
    }
    return module.exports
  }

  const run = (path: string, module: LoadedModule): void => {
    const code = readFileSync(path, 'utf8')
    if (path.endsWith('.json')) {
      module.exports = JSON.parse(code)
      return
    }
    const wrapper = compileFunction(code, ['require', 'module', 'exports'], {
      filename: path,
      contextExtensions: [scope.hidden, scope.globalThis],
    })
    const requireFrom = (request: string): unknown => load(resolveModule(request, dirname(path)))
    wrapper.call(module.exports, requireFrom, module, module.exports)
  }

  return {
    require: <Exports>(request: string) => {
      const path = request.startsWith('file:') ? fileURLToPath(request) : request
      const inPackage = isAbsolute(path) && isFile(join(path, 'package.json')) ? resolveInPackage(path, '') : undefined
      return load(inPackage ?? resolveModule(path, resolveFrom)) as Exports
    },
    globalThis: scope.globalThis,
    dispose: scope.clearTimers,
  }
}

/** Loads one module in a new runtime; see `createMiniProgramRuntime`. */
export function loadMiniProgramModule<Exports = unknown>(file: string, options: RuntimeOptions): Exports {
  return createMiniProgramRuntime(options).require<Exports>(file)
}

function resolveModule(request: string, fromDirectory: string): string {
  const isPath = isAbsolute(request) || /^\.{1,2}(\/|$)/.test(request)
  const found = isPath ? resolvePath(resolve(fromDirectory, request)) : resolvePackage(request, fromDirectory)
  if (found === undefined) throw new Error(`module '${request}' is not defined, required from ${fromDirectory}`)
  return found
}

/** A file, with or without its extension, or a folder with a package.json or an index.js. */
function resolvePath(path: string): string | undefined {
  const file = [path, `${path}.js`, `${path}.json`].find(isFile)
  if (file !== undefined) return file
  const main = readManifest(path).main
  const fromMain = typeof main === 'string' ? resolveFileOrIndex(join(path, main)) : undefined
  return fromMain ?? resolveFileOrIndex(join(path, 'index'))
}

function resolveFileOrIndex(path: string): string | undefined {
  return [path, `${path}.js`, join(path, 'index.js')].find(isFile)
}

function resolvePackage(request: string, fromDirectory: string): string | undefined {
  const { name, subpath } = splitRequest(request)
  const root = findPackage(name, fromDirectory)
  return root === undefined ? undefined : resolveInPackage(root, subpath)
}

function resolveInPackage(root: string, subpath: string): string | undefined {
  const declared = readManifest(root).miniprogram
  const folder = join(root, typeof declared === 'string' ? declared : DEFAULT_MINIPROGRAM_FOLDER)
  const inFolder = existsSync(folder) ? resolvePath(join(folder, subpath)) : undefined
  return inFolder ?? resolvePath(join(root, subpath))
}
