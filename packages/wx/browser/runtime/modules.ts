import type { ProgramModules } from '../contracts.ts'

interface LoadedModule {
  exports: unknown
}

/** A function of the exports of an ES module, by name. */
type Getters = Readonly<Record<string, PropertyDescriptor>>

/**
 * Runs the CommonJS modules of a program, each once, as WeChat does: the returned function runs the script of `app` or of a
 * part. A module that throws does so for each that requires it.
 */
export function moduleRunner({ modules, entries }: ProgramModules): (path: string) => void {
  const loaded = new Map<string, LoadedModule>()
  const failures = new Map<string, unknown>()

  const load = (name: string): unknown => {
    if (failures.has(name)) throw failures.get(name)
    const known = loaded.get(name)
    if (known !== undefined) return known.exports
    const found = modules[name]
    if (found === undefined) throw new Error(`module '${name}' is not defined`)
    const [run, requires] = found
    const module: LoadedModule = { exports: {} }
    loaded.set(name, module)
    try {
      run(requireOf(requires), module, module.exports as object, expose)
    } catch (error) {
      failures.set(name, error)
      throw error
    }
    return module.exports
  }

  const requireOf = (requires: ProgramModules['modules'][string][1]) => {
    const one = (request: string): unknown => {
      const target = requires[request] ?? { error: `module '${request}' is not defined: the build has not found it` }
      if (typeof target === 'string') return load(target)
      throw new Error(target.error)
    }
    const async = (request: string): Promise<unknown> =>
      Promise.resolve()
        .then(() => one(request))
        .catch((error) => Promise.reject({ mod: request, errMsg: String(error?.message ?? error) }))
    const require = (request: string, done?: (exports: unknown) => void, failed?: (error: unknown) => void) => {
      if (done === undefined) return one(request)
      return void async(request).then(done, failed)
    }
    return Object.assign(require, { async })
  }

  return (path) => {
    const name = entries[path]
    if (name !== undefined) load(name)
  }
}

/**
 * Adds the exports of an ES module to those of its CommonJS module. What is not initialized yet, in a circle of imports, is
 * undefined, because the code that WeChat makes has no `let` and `const`.
 */
function expose(exports: object, all: object): void {
  Object.defineProperty(exports, '__esModule', { value: true })
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(all) as Getters)) {
    const read = (): unknown => {
      try {
        return get?.call(all)
      } catch {
        return undefined
      }
    }
    Object.defineProperty(exports, name, { get: read, enumerable: true, configurable: true })
  }
}
