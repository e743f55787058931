import { type ComponentSpace, CurrentWindowBackendContext } from 'glass-easel'
import { transformUnits } from '../../src/shared/css-units.ts'

/** The prefix of ids that the adapter adds to keep components apart: eight hexadecimal digits. */
const ID_PREFIX = /^[0-9a-f]{8}--/

const LONG_PRESSES: ReadonlySet<string> = new Set(['longpress', 'longtap'])

/**
 * The DOM backend of glass-easel, with three differences: elements have names without a meaning in HTML (`<wx-button>`),
 * ids stay as the program wrote them, so that `#id` in WXSS finds them, and `rpx` works in `style="..."`. DOM events are
 * not forwarded here; see pointer-events.ts.
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

  /** Only records which events have listeners: elements trigger their own events, and those of the DOM would double them. */
  override setListenerStats(element: unknown, type: string): void {
    if (LONG_PRESSES.has(type)) this.#longPressed.add(element as object)
  }

  /** Whether a node or one of its ancestors listens for long presses. */
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
