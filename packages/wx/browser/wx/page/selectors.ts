/** Finds DOM nodes for WXML selectors, component instances and pages. */

/** A DOM node of glass-easel. */
interface NodeWithElement extends Element {
  readonly __wxElement?: { readonly dataset?: Readonly<Record<string, unknown>> }
}

/**
 * Converts a WXML selector to one for the DOM: `view` also matches `<wx-view>`, `.a` also matches the prefixed class of a
 * component (`<scope>--a`), and `>>>` is a descendant combinator.
 */
function toDomSelector(selector: string): string {
  return selector
    .replaceAll('>>>', ' ')
    .replace(/\.(-?[A-Za-z_][\w-]*)/g, (_, name: string) => `:is(.${name},[class$="--${name}"],[class*="--${name} "])`)
    .replace(
      /(^|[\s>+~,])([a-z][a-z-]*)(?=$|[\s>+~,:.#[])/g,
      (_, before: string, tag: string) => `${before}:is(${tag},wx-${tag})`,
    )
}

/** The root DOM node of a component instance or page; undefined if it has none. */
export function elementOf(instance: unknown): Element | undefined {
  const seen = new Set<unknown>()
  let at: unknown = instance
  // An instance of the adapter has its glass-easel element in `_$`, which has the DOM node in `$$`.
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

/** The `data-` values of an element: those that the program has set, including objects, or else those of the DOM. */
export function datasetOf(element: Element): Record<string, unknown> {
  const given = (element as NodeWithElement).__wxElement?.dataset
  return given === undefined ? { ...(element as HTMLElement).dataset } : { ...given }
}

/** The scroller of a page: the nearest scrollable element, from `element` outwards. */
export function scrollerOf(element: Element): Element {
  let at: Element | null = element
  while (at !== null) {
    const { overflowY } = getComputedStyle(at)
    if ((overflowY === 'auto' || overflowY === 'scroll') && at !== document.body) return at
    at = at.parentElement
  }
  return document.scrollingElement ?? document.documentElement
}
