/** What cannot run here, and what to do about it. */
import type { Text } from '@cloudstead/rules'
import type { Extension } from './handler.ts'

interface Described {
  readonly name: string
  /** As configured: `index.main`. */
  readonly handler: string
  /** The type and the runtime of cloudbaserc.json. */
  readonly type: string | undefined
  readonly runtime: string | undefined
  /** Of the file of the handler; undefined when there is none. */
  readonly extension: Extension | undefined
  /** Whether there is a `scf_bootstrap`, and no handler is configured. */
  readonly bootstrap: boolean
  /** Whether the settings name its handler: that makes an event function of every web function. */
  readonly chosen: boolean
  /** Whether a package.json of it makes ES modules of `.js` files. One above it has no effect, as on the platform. */
  readonly module: boolean
}

const RUNTIMES: Partial<Record<Extension, string>> = { '.py': 'Python', '.php': 'PHP' }

/** Why a function cannot run here; undefined when it can. */
export function unsupported(described: Described): Text | undefined {
  const { name, handler, type, runtime, extension, bootstrap, chosen, module } = described
  if (!chosen && (bootstrap || /^(?:http|web)$/i.test(type ?? ''))) return webFunction(name)
  const language = runtime !== undefined && !/^node/i.test(runtime) ? runtime : RUNTIMES[extension ?? '.js']
  if (language !== undefined) {
    return {
      en: `${name} needs ${language}; only functions for Node.js run here`,
      zh: `${name} 需要 ${language}；这里只能运行 Node.js 云函数`,
    }
  }
  if (extension === '.ts') {
    return {
      en: `${name} has only a TypeScript file for its handler ${handler}; compile it, and name the result in functions.settings.${name}.handler, such as "dist/index.main"`,
      zh: `${name} 的 handler ${handler} 只有 TypeScript 文件；请先编译，再在 functions.settings.${name}.handler 中写明编译结果，例如 "dist/index.main"`,
    }
  }
  if (extension === undefined) {
    return {
      en: `${name} has no file for its handler ${handler}; add it, or name another handler`,
      zh: `${name} 没有 handler ${handler} 对应的文件；请添加该文件，或指定其他 handler`,
    }
  }
  if (extension === '.mjs' || (extension === '.js' && module)) {
    return {
      en: `${name} is an ES module, and event functions are CommonJS, here as on the platform: use exports.main and require, and take "type": "module" out of its package.json`,
      zh: `${name} 是 ES 模块，而事件函数是 CommonJS（平台上也是如此）：请使用 exports.main 和 require，并从 package.json 中删除 "type": "module"`,
    }
  }
  return undefined
}

function webFunction(name: string): Text {
  return {
    en: `${name} is a web function, which does not run here; to run it as an event function, export main from a file of it and name that in functions.settings.${name}.handler, such as "index.main"`,
    zh: `${name} 是 Web 函数，这里无法运行；如要作为事件函数运行，请在它的某个文件中导出 main，并在 functions.settings.${name}.handler 中写明，例如 "index.main"`,
  }
}
