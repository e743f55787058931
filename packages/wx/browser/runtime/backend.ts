import { type ComponentSpace, CurrentWindowBackendContext } from 'glass-easel'
import { transformUnits } from '../../src/shared/css-units.ts'

/** What the adapter puts before an id, so that two components may use the same: eight hexadecimal digits. */
const ID_PREFIX = /^[0-9a-f]{8}--/

const LONG_PRESSES: ReadonlySet<string> = new Set(['longpress', 'longtap'])

/**
 * glass-easel on the DOM, with three differences: elements get names that mean nothing in HTML (`<wx-button>`), ids come
 * as the program wrote them, so that `#id` in WXSS finds them, and `rpx` works in `style="..."`. Events of the DOM are
 * not handed on here; see pointer-events.ts.
 */
export class PhoneBackend extends CurrentWindowBackendContext {
  readonly #longPressed = new WeakSet<object>()

  constructor(space: () => ComponentSpace) {
    super()
    const real = this.document
    this.document = {
      createElement: (name) => adjust(real.createElement(domName(name, space()))),
      createTextNode: (text) => real.createTextNode(text),
      createDocumentFragment: () => real.createDocumentFragment(),
    }
  }

  /** Elements trigger their own events; those of the DOM would come on top of them. So this only notes who listens. */
  override setListenerStats(element: unknown, type: string): void {
    if (LONG_PRESSES.has(type)) this.#longPressed.add(element as object)
  }

  /** Whether a listener for long presses is on the way up from a node. */
  listensToLongPress(target: EventTarget | null): boolean {
    for (let node = target as Node | null; node !== null; node = node.parentNode) {
      if (this.#longPressed.has(node)) return true
    }
    return false
  }

  override onEvent(): void {}
}

function domName(name: string, space: ComponentSpace): string {
  const isBuiltIn = space.getGlobalUsingComponent(name) !== null
  return name.startsWith('wx-') || (name.includes('-') && !isBuiltIn) ? name : `wx-${name}`
}

function adjust<AnElement>(element: AnElement): AnElement {
  const node = element as unknown as HTMLElement
  Object.defineProperty(node, 'id', {
    get: () => node.getAttribute('id') ?? '',
    set: (id: string) => node.setAttribute('id', id.replace(ID_PREFIX, '')),
  })
  node.setAttribute = (name, value) => {
    Element.prototype.setAttribute.call(node, name, name === 'style' ? transformUnits(value) : value)
  }
  return element
}
