import type { Program, ProgramScope } from '../contracts.ts'

/** The language as WeChat's engines have it on older phones; what came later, or from the web, is left out. */
const LANGUAGE = [
  ...[
    'Object',
    'Function',
    'Array',
    'Number',
    'Boolean',
    'String',
    'Symbol',
    'BigInt',
    'Math',
    'JSON',
    'Date',
    'RegExp',
  ],
  ...['Promise', 'Proxy', 'Reflect', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Intl', 'ArrayBuffer', 'DataView'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'],
  ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
  ...['Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'],
  ...['parseInt', 'parseFloat', 'isNaN', 'isFinite', 'escape', 'unescape'],
  ...['encodeURI', 'encodeURIComponent', 'decodeURI', 'decodeURIComponent', 'NaN', 'Infinity', 'undefined'],
]

type Run = (path: string) => void

/**
 * Loads a program's scripts into a scope of their own: the language, timers, the console and what WeChat offers. Every
 * global of the browser is there as `undefined`, and `globalThis` is private and writable, because libraries put
 * polyfills on it. This keeps honest code honest; it is not a sandbox.
 */
export async function loadScripts(program: Program, offered: ProgramScope): Promise<Run> {
  const url = new URL(program.scripts, document.baseURI).href
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  const body = await response.text()
  // One line before the program, so that places in errors and in the debugger are right; `with`, so that what the
  // program puts on globalThis is a global to it.
  const source =
    `(function (hidden, scope) { with (hidden) { with (scope) { return (function () {${body}\n}).call(undefined) } } })\n` +
    `//# sourceURL=${url}\n//# sourceMappingURL=${url}.map`
  // biome-ignore lint/security/noGlobalEval: running the program is what the harness is for
  const indirectEval = globalThis.eval
  const instantiate = indirectEval(source) as (hidden: object, scope: object) => Run
  return instantiate(browserGlobals(), createScope(offered))
}

/** The names of all that a browser's window has, each undefined. */
function browserGlobals(): Record<string, undefined> {
  const hidden: Record<string, undefined> = Object.create(null)
  for (let holder: object | null = window; holder !== null; holder = Object.getPrototypeOf(holder)) {
    for (const name of Object.getOwnPropertyNames(holder)) hidden[name] = undefined
  }
  return hidden
}

function createScope(offered: ProgramScope): Record<string, unknown> {
  const scope: Record<string, unknown> = {}
  for (const name of LANGUAGE) {
    const value: unknown = Reflect.get(window, name)
    Object.defineProperty(scope, name, { value, configurable: true, writable: true, enumerable: false })
  }
  return Object.assign(scope, offered, {
    Function: restrictedFunction(scope),
    console: window.console,
    setTimeout: window.setTimeout.bind(window),
    clearTimeout: window.clearTimeout.bind(window),
    setInterval: window.setInterval.bind(window),
    clearInterval: window.clearInterval.bind(window),
    globalThis: scope,
    global: scope,
  })
}

/** `Function` without code from strings, which WeChat forbids; `Function('return this')` is what it lets pass. */
function restrictedFunction(scope: object): FunctionConstructor {
  const make = (given: unknown[]): (() => unknown) => {
    const body = String(given.at(-1) ?? '')
    if (given.length === 1 && /^\s*return this;?\s*$/.test(body)) return () => scope
    throw new EvalError('Code generation from strings disallowed for this context')
  }
  return new Proxy(Function, {
    apply: (_target, _this, given) => make(given),
    construct: (_target, given) => make(given),
  })
}
