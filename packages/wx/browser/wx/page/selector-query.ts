import { callSafely, type ReportCallbackError } from '../../../src/shared/callbacks.ts'
import { laterTurn } from '../../../src/shared/timers.ts'
import { datasetOf, elementOf, findAll, scrollerOf } from './selectors.ts'

/** The options of `fields`. */
interface NodeFields {
  id?: boolean
  dataset?: boolean
  mark?: boolean
  rect?: boolean
  size?: boolean
  scrollOffset?: boolean
  properties?: string[]
  computedStyle?: string[]
  node?: boolean
  context?: boolean
}

type NodeCallback = (result: unknown) => void
type Read = (element: Element, isViewport: boolean) => Record<string, unknown>

/** The result of `select`, `selectAll` and `selectViewport`. */
export interface NodesRef {
  boundingClientRect(callback?: NodeCallback): SelectorQuery
  scrollOffset(callback?: NodeCallback): SelectorQuery
  fields(fields: NodeFields, callback?: NodeCallback): SelectorQuery
  node(callback?: NodeCallback): SelectorQuery
}

/** `wx.createSelectorQuery()`. Positions are in px from the top left of the page. */
export class SelectorQuery {
  readonly #pageElement: () => Element | undefined
  readonly #report: ReportCallbackError
  readonly #queries: { run: () => unknown; callback: NodeCallback | undefined }[] = []
  #scope: () => Element | undefined

  constructor(pageElement: () => Element | undefined, report: ReportCallbackError) {
    this.#pageElement = pageElement
    this.#scope = pageElement
    this.#report = report
  }

  /** Limits the following selections to a component. */
  in(component: unknown): this {
    this.#scope = () => elementOf(component)
    return this
  }

  select(selector: string): NodesRef {
    const scope = this.#scope
    return this.#nodes((read) => {
      const [first] = findAll(scope(), selector)
      return first === undefined ? null : read(first, false)
    })
  }

  selectAll(selector: string): NodesRef {
    const scope = this.#scope
    return this.#nodes((read) => findAll(scope(), selector).map((element) => read(element, false)))
  }

  selectViewport(): NodesRef {
    return this.#nodes((read) => {
      const page = this.#pageElement()
      return page === undefined ? null : read(scrollerOf(page), true)
    })
  }

  /** Answers all queries in a later turn, each to its own callback and all together to `callback`. */
  exec(callback?: (results: unknown[]) => void): this {
    void laterTurn().then(() => {
      const answers = this.#queries.map(({ run, callback: own }) => ({ own, answer: run() }))
      for (const { own, answer } of answers) callSafely(this.#report, own, answer)
      callSafely(
        this.#report,
        callback,
        answers.map(({ answer }) => answer),
      )
    })
    return this
  }

  #nodes(each: (read: Read) => unknown): NodesRef {
    const add = (fields: NodeFields, callback: NodeCallback | undefined): this => {
      const read: Read = (element, isViewport) => readFields(element, fields, this.#origin(), isViewport)
      this.#queries.push({ run: () => each(read), callback })
      return this
    }
    return {
      boundingClientRect: (callback) => add({ id: true, dataset: true, rect: true, size: true }, callback),
      scrollOffset: (callback) => add({ id: true, dataset: true, scrollOffset: true }, callback),
      fields: (fields, callback) => add(fields ?? {}, callback),
      node: (callback) => add({ node: true }, callback),
    }
  }

  /** The area of the page in the browser window. */
  #origin(): DOMRect | undefined {
    const page = this.#pageElement()
    return page === undefined ? undefined : areaOf(scrollerOf(page))
  }
}

/** The visible area of a scroller; for the document it is the window, whatever the scroll position. */
export function areaOf(scroller: Element): DOMRect {
  const isDocument = scroller === document.scrollingElement
  return isDocument ? new DOMRect(0, 0, scroller.clientWidth, scroller.clientHeight) : scroller.getBoundingClientRect()
}

function readFields(
  element: Element,
  fields: NodeFields,
  origin: DOMRect | undefined,
  isViewport: boolean,
): Record<string, unknown> {
  const box = isViewport ? areaOf(element) : element.getBoundingClientRect()
  const [left, top] = [box.left - (origin?.left ?? 0), box.top - (origin?.top ?? 0)]
  const style = fields.computedStyle === undefined ? undefined : getComputedStyle(element)
  const named = (fields.properties ?? []).map((name) => [
    name,
    Reflect.get(element, name) ?? element.getAttribute(name),
  ])
  const styles = (fields.computedStyle ?? []).map((name) => [name, style?.getPropertyValue(hyphened(name)) ?? ''])
  return {
    ...(fields.id === true ? { id: element.id } : {}),
    ...(fields.dataset === true ? { dataset: isViewport ? {} : datasetOf(element) } : {}),
    ...(fields.mark === true ? { mark: {} } : {}),
    ...(fields.rect === true ? { left, top, right: left + box.width, bottom: top + box.height } : {}),
    ...(fields.size === true ? { width: box.width, height: box.height } : {}),
    ...(fields.scrollOffset === true
      ? {
          scrollLeft: element.scrollLeft,
          scrollTop: element.scrollTop,
          scrollWidth: element.scrollWidth,
          scrollHeight: element.scrollHeight,
        }
      : {}),
    ...(fields.node === true ? { node: element.querySelector('canvas') ?? element } : {}),
    ...Object.fromEntries(named),
    ...Object.fromEntries(styles),
  }
}

function hyphened(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
