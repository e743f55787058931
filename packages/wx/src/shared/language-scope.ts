/** The globals of the language in WeChat's engines on older phones; without later ones, and those of Node and the web. */
const LANGUAGE = [
  'AggregateError',
  'Array',
  'ArrayBuffer',
  'BigInt',
  'BigInt64Array',
  'BigUint64Array',
  'Boolean',
  'DataView',
  'Date',
  'Error',
  'EvalError',
  'Float32Array',
  'Float64Array',
  'Infinity',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'Intl',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Promise',
  'Proxy',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'SyntaxError',
  'TypeError',
  'URIError',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'WeakMap',
  'WeakSet',
  'decodeURI',
  'decodeURIComponent',
  'encodeURI',
  'encodeURIComponent',
  'escape',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
  'undefined',
  'unescape',
]

/**
 * Creates a private, writable global object with only the globals of the language, to which WeChat's are added. Its
 * `Function` creates no code from strings.
 */
export function createLanguageScope(): Record<string, unknown> {
  const scope: Record<string, unknown> = {}
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(scope, name, { value, configurable: true, writable: true, enumerable: false })
  }
  for (const name of LANGUAGE) define(name, Reflect.get(globalThis, name))
  define('Function', restrictedFunction(scope))
  return scope
}

/** A `Function` that refuses code from strings, as WeChat does, except for `Function('return this')`. */
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
