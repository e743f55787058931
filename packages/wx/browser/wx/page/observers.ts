import { callSafely, type ReportCallbackError } from '../../../src/shared/callbacks.ts'
import { areaOf } from './selector-query.ts'
import { datasetOf, elementOf, findAll, scrollerOf } from './selectors.ts'

export interface Margins {
  left?: number
  right?: number
  top?: number
  bottom?: number
}

export interface ObserverOptions {
  /** Visible shares of the target at which the callback is called; default [0]. */
  thresholds?: number[]
  initialRatio?: number
  /** Observes all matches, not only the first. */
  observeAll?: boolean
}

type ObserverCallback = (result: Record<string, unknown>) => void

/** `wx.createIntersectionObserver()`, with that of the browser. */
export class WxIntersectionObserver {
  readonly #scope: () => Element | undefined
  readonly #page: () => Element | undefined
  readonly #options: ObserverOptions
  readonly #report: ReportCallbackError
  #reference: { selector: string | undefined; margins: Margins } = { selector: undefined, margins: {} }
  #observer: IntersectionObserver | undefined

  constructor(
    component: unknown,
    options: ObserverOptions,
    page: () => Element | undefined,
    report: ReportCallbackError,
  ) {
    this.#scope = () => elementOf(component) ?? page()
    this.#page = page
    this.#options = options
    this.#report = report
  }

  /** Observes relative to a node around the targets. */
  relativeTo(selector: string, margins: Margins = {}): this {
    this.#reference = { selector, margins }
    return this
  }

  /** Observes relative to the area of the page. */
  relativeToViewport(margins: Margins = {}): this {
    this.#reference = { selector: undefined, margins }
    return this
  }

  observe(selector: string, callback: ObserverCallback): void {
    this.disconnect()
    const page = this.#page()
    const scope = this.#scope()
    if (page === undefined || scope === undefined) return
    const scroller = scrollerOf(page)
    const named = this.#reference.selector
    const around = named === undefined ? scroller : (findAll(scope, named)[0] ?? scroller)
    const { top = 0, right = 0, bottom = 0, left = 0 } = this.#reference.margins
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) callSafely(this.#report, callback, resultOf(entry, areaOf(scroller)))
      },
      {
        root: around === document.scrollingElement ? document : around,
        rootMargin: `${top}px ${right}px ${bottom}px ${left}px`,
        threshold: this.#options.thresholds ?? [0],
      },
    )
    const targets = findAll(scope, selector)
    for (const target of this.#options.observeAll === true ? targets : targets.slice(0, 1))
      this.#observer.observe(target)
  }

  disconnect(): void {
    this.#observer?.disconnect()
    this.#observer = undefined
  }
}

function resultOf(entry: IntersectionObserverEntry, origin: DOMRect): Record<string, unknown> {
  return {
    id: entry.target.id,
    dataset: datasetOf(entry.target),
    intersectionRatio: entry.intersectionRatio,
    intersectionRect: within(entry.intersectionRect, origin),
    boundingClientRect: within(entry.boundingClientRect, origin),
    relativeRect: within(entry.rootBounds ?? origin, origin),
    time: Date.now(),
  }
}

function within(box: DOMRectReadOnly, origin: DOMRect): Record<string, number> {
  const [left, top] = [box.left - origin.left, box.top - origin.top]
  return { left, top, right: left + box.width, bottom: top + box.height, width: box.width, height: box.height }
}
