/** From WXML's world to the DOM beneath it: selectors, page areas, what elements carry. */

/** What glass-easel hangs on the DOM nodes that it makes. */
interface NodeWithElement extends Element {
  readonly __wxElement?: { readonly dataset?: Readonly<Record<string, unknown>> }
}

/**
 * A WXML selector as the DOM understands it: `view` also means `<wx-view>`, `.a` also means the class that a component's
 * own styles were given (`<scope>--a`), and `>>>` is a plain descendant.
 */
export function toDomSelector(selector: string): string {
  return selector
    .replaceAll('>>>', ' ')
    .replace(/\.(-?[A-Za-z_][\w-]*)/g, (_, name: string) => `:is(.${name},[class$="--${name}"],[class*="--${name} "])`)
    .replace(
      /(^|[\s>+~,])([a-z][a-z-]*)(?=$|[\s>+~,:.#[])/g,
      (_, before: string, tag: string) => `${before}:is(${tag},wx-${tag})`,
    )
}

/** The root of the nodes of a component instance, or of a page; undefined when it has none in the DOM. */
export function elementOf(instance: unknown): Element | undefined {
  const seen = new Set<unknown>()
  let at: unknown = instance
  // An instance of the adapter keeps the element of the framework in `_$`, which keeps the DOM node in `$$`.
  while (typeof at === 'object' && at !== null && !seen.has(at)) {
    if (at instanceof Element) return at
    seen.add(at)
    at = Reflect.get(at, '$$') ?? Reflect.get(at, '_$')
  }
  return undefined
}

/** All matches within `root`, in document order; an invalid selector matches nothing. */
export function findAll(root: Element | undefined, selector: string): Element[] {
  if (root === undefined) return []
  try {
    return [...root.querySelectorAll(toDomSelector(selector))]
  } catch {
    return []
  }
}

/** `data-` values of an element: what the program has set, also objects, else what the DOM says. */
export function datasetOf(element: Element): Record<string, unknown> {
  const given = (element as NodeWithElement).__wxElement?.dataset
  return given === undefined ? { ...(element as HTMLElement).dataset } : { ...given }
}

/** The part of the page that scrolls: the first scrollable one from `element` outwards. */
export function scrollerOf(element: Element): Element {
  let at: Element | null = element
  while (at !== null) {
    const { overflowY } = getComputedStyle(at)
    if ((overflowY === 'auto' || overflowY === 'scroll') && at !== document.body) return at
    at = at.parentElement
  }
  return document.scrollingElement ?? document.documentElement
}
