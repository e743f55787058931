import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../../src/shared/callbacks.ts'
import { WxFailure } from '../../../src/shared/failure.ts'
import { areaOf } from './selector-query.ts'
import { findAll, scrollerOf } from './selectors.ts'

/** WeChat's default. */
const DEFAULT_DURATION_MS = 300

interface PageScrollOptions {
  /** px from the top of the page. */
  scrollTop?: number | undefined
  /** Scrolls to this node instead. */
  selector?: string | undefined
  /** px, added to the position of the node. */
  offsetTop?: number | undefined
  /** Milliseconds; 0 jumps. */
  duration?: number | undefined
}

export interface ScrollApi {
  pageScrollTo: AsyncApi<PageScrollOptions, object>
}

/** Makes `wx.pageScrollTo`, which answers once scrolling has ended. */
export function createScrollApi(page: () => Element | undefined, report: ReportCallbackError): ScrollApi {
  return {
    pageScrollTo: asyncApi('pageScrollTo', report, async (options: PageScrollOptions) => {
      const element = page()
      if (element === undefined) throw new WxFailure('no page')
      const scroller = scrollerOf(element)
      await glide(scroller, targetOf(element, scroller, options), options.duration ?? DEFAULT_DURATION_MS)
      return {}
    }),
  }
}

function targetOf(page: Element, scroller: Element, { selector, scrollTop, offsetTop = 0 }: PageScrollOptions): number {
  if (selector === undefined) {
    if (typeof scrollTop !== 'number') throw new WxFailure('parameter error: scrollTop and selector are both missing')
    return scrollTop
  }
  const [node] = findAll(page, selector)
  if (node === undefined) throw new WxFailure(`selector "${selector}" matches nothing`)
  return scroller.scrollTop + node.getBoundingClientRect().top - areaOf(scroller).top + offsetTop
}

async function glide(scroller: Element, target: number, durationMs: number): Promise<void> {
  const from = scroller.scrollTop
  const start = performance.now()
  for (let part = durationMs > 0 ? 0 : 1; part < 1; ) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
    part = Math.min(1, (performance.now() - start) / durationMs)
    // Ease out.
    scroller.scrollTop = from + (target - from) * (1 - (1 - part) ** 2)
  }
  scroller.scrollTop = target
}
