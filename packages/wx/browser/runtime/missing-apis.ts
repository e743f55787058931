/** Methods of pages and components in WeChat that the harness does not have. */
const COMPONENT_METHODS: ReadonlySet<string> = new Set([
  'animate',
  'applyAnimatedStyle',
  'clearAnimatedStyle',
  'clearAnimation',
  'getPassiveEvent',
  'getTabBar',
  'setInitialRenderingCache',
  'setPassiveEvent',
  'setUpdatePerformanceListener',
])

/** An error this long after a missing name was read is not because of it. */
const RECENT_MS = 50

/** Knows which members of `wx` a program has looked for in vain, and explains the errors that follow from it. */
export class MissingApis {
  readonly #names = new Set<string>()
  #last: { readonly name: string; readonly at: number } | undefined

  /** `wx`, whose missing members are still undefined, so that programs can test for them. */
  watch(wx: object): object {
    return new Proxy(wx, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver)
        if (value === undefined && typeof name === 'string' && name !== 'then') {
          this.#names.add(name)
          this.#last = { name, at: performance.now() }
        }
        return value
      },
    })
  }

  /** `wx.foo is not in the browser harness`, if that is why `error` was thrown. */
  hint(error: unknown): string | undefined {
    if (!(error instanceof TypeError)) return undefined
    const called = /([\w$.]+) is not a (?:function|constructor)/.exec(error.message)?.[1]?.split('.')
    const name = called?.at(-1) ?? ''
    if (called !== undefined && called[0] === 'this' && COMPONENT_METHODS.has(name)) return text(`this.${name}`)
    if (this.#names.has(name)) return text(`wx.${name}`)
    const last = this.#last
    if (last === undefined || performance.now() - last.at > RECENT_MS) return undefined
    return called === undefined && /(of|is) undefined/.test(error.message) ? text(`wx.${last.name}`) : undefined
  }
}

function text(name: string): string {
  return `${name} is not in the browser harness`
}
