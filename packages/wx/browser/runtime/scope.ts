import { createLanguageScope } from '../../src/shared/language-scope.ts'
import type { Program, ProgramScope } from '../contracts.ts'

/**
 * Loads the scripts of a program, and returns what they return. They have their own scope: the language, timers, the console
 * and WeChat's globals. Every global of the browser is `undefined`, and `globalThis` is private and writable, because
 * libraries put polyfills on it. This protects against mistakes; it is not a sandbox.
 */
export async function loadScripts<Result>(program: Program, offered: ProgramScope): Promise<Result> {
  const url = new URL(program.scripts, document.baseURI).href
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  const body = await response.text()
  // Exactly one line before the program, so that line numbers in errors and in the debugger are right; `with`, so that
  // properties of globalThis are globals of the program.
  const source =
    `(function (hidden, scope) { with (hidden) { with (scope) { return (function () {${body}\n}).call(undefined) } } })\n` +
    `//# sourceURL=${url}\n//# sourceMappingURL=${url}.map`
  // biome-ignore lint/security/noGlobalEval: the purpose of the harness is to run the program
  const indirectEval = globalThis.eval
  const instantiate = indirectEval(source) as (hidden: object, scope: object) => Result
  return instantiate(browserGlobals(), createScope(offered))
}

/** All names of a browser's window, each undefined. */
function browserGlobals(): Record<string, undefined> {
  const hidden: Record<string, undefined> = Object.create(null)
  for (let holder: object | null = window; holder !== null; holder = Object.getPrototypeOf(holder)) {
    for (const name of Object.getOwnPropertyNames(holder)) hidden[name] = undefined
  }
  return hidden
}

function createScope(offered: ProgramScope): Record<string, unknown> {
  const scope = createLanguageScope()
  return Object.assign(scope, offered, {
    console: window.console,
    setTimeout: window.setTimeout.bind(window),
    clearTimeout: window.clearTimeout.bind(window),
    setInterval: window.setInterval.bind(window),
    clearInterval: window.clearInterval.bind(window),
    globalThis: scope,
    global: scope,
  })
}
