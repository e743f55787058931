import type { GeneralComponent, ShadowedEvent, StyleSegmentIndex, templateEngine } from 'glass-easel'
import type { ElementsHost } from '../contracts.ts'
import { ARIA_PROPERTIES, applyAria } from './aria.ts'

/** Default values; an attribute is converted to the type of its default, or left as it is if that is null. */
export type Properties = Readonly<Record<string, string | number | boolean | null>>

/** The type of an attribute's value. */
type Widened<Value> = Value extends string
  ? string
  : Value extends number
    ? number
    : Value extends boolean
      ? boolean
      : unknown

export type Values<Props extends Properties> = { readonly [Name in keyof Props]: Widened<Props[Name]> }

/** One element on a page, for the code of its kind. */
export interface ElementSelf<Props extends Properties> {
  readonly host: ElementsHost
  /** The `<wx-...>` element. */
  readonly dom: HTMLElement
  readonly node: GeneralComponent
  /** The current attributes. */
  readonly props: Values<Props>
  /** Changes an attribute on behalf of the user: `model:` bindings follow, `update` is called. */
  set(name: keyof Props & string, value: unknown): void
  /** Calls the program's listeners. Events of elements do not bubble, unless they do in WeChat. */
  emit(name: string, detail?: unknown, options?: EmitOptions): void
  /** Listens to an event of the program, such as `tap`. */
  on(name: string, listener: (event: ShadowedEvent<unknown>) => void, options?: { readonly capture?: boolean }): void
  /** Class names from an attribute, with the prefix of the component whose template has them. */
  scopedClass(names: string): string
}

interface EmitOptions {
  readonly bubbles?: boolean
  /** Receives the return value of a listener. */
  readonly returned?: (value: unknown) => void
}

/** The behaviour of an element. */
export interface ElementParts {
  /** The node that holds the element's WXML children; default the element itself. */
  readonly slot?: HTMLElement
  /** Called once with all attributes as soon as they are known, then with those that were set. */
  update?(changed: ReadonlySet<string>): void
  attached?(): void
  detached?(): void
  /** Called for a tap on a label of this control. */
  activate?(): void
  /** The control in its form. */
  readonly field?: FormField
}

/** A control, for its form. */
export interface FormField {
  name(): string
  value(): unknown
  reset(): void
}

export interface ElementKind<Props extends Properties> {
  /** The name in WXML. */
  readonly tag: string
  readonly properties: Props
  /** CSS rules. As in WeChat, selectors are the `wx-` names and have a low specificity. */
  readonly css?: string
  /** Builds the DOM. The attributes are not known yet: `update` receives them. */
  create(self: ElementSelf<Props>): ElementParts
}

/** A kind of element without its property types, for the list of all elements. */
export interface AnyElement {
  readonly tag: string
  readonly css: string
  register(host: ElementsHost): void
}

const partsByDom = new WeakMap<Element, ElementParts>()

/** The parts of a built-in element, by its `<wx-...>` element. */
export function partsOf(dom: Element): ElementParts | undefined {
  return partsByDom.get(dom)
}

/** Attributes of every element. */
const COMMON = { hidden: false } as const

/**
 * Defines a built-in element.
 *
 * @example
 * export const coverView = defineElement({ tag: 'cover-view', properties: {}, create: () => ({}) })
 */
export function defineElement<const Props extends Properties>(kind: ElementKind<Props>): AnyElement {
  return { tag: kind.tag, css: kind.css ?? '', register: (host) => registerKind(kind, host) }
}

function registerKind<Props extends Properties>(kind: ElementKind<Props>, host: ElementsHost): void {
  const defaults: Properties = { ...COMMON, ...ARIA_PROPERTIES, ...kind.properties }
  const lives = new WeakMap<GeneralComponent, Life>()
  const engine: templateEngine.TemplateEngine = {
    create: () => ({
      createInstance: (node) => {
        const life = new Life(kind, host, node, defaults)
        lives.set(node, life)
        return life
      },
    }),
  }
  const definition = host.space.defineComponent({
    is: `element://${kind.tag}`,
    options: { externalComponent: true, templateEngine: engine, propertyEarlyInit: true, writeFieldsToNode: false },
    properties: Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, { type: null, value }])),
    lifetimes: {
      attached() {
        lives.get(this as unknown as GeneralComponent)?.parts.attached?.()
      },
      detached() {
        lives.get(this as unknown as GeneralComponent)?.parts.detached?.()
      },
    },
  })
  host.space.setGlobalUsingComponent(kind.tag, definition.general())
}

/** One element on a page, for glass-easel: a component whose content is plain DOM. */
class Life implements templateEngine.TemplateInstance {
  readonly shadowRoot: templateEngine.TemplateInstance['shadowRoot']
  readonly parts: ElementParts
  readonly #dom: HTMLElement
  readonly #values: Record<string, unknown>
  readonly #defaults: Properties

  constructor(kind: ElementKind<Properties>, host: ElementsHost, node: GeneralComponent, defaults: Properties) {
    const dom = node.getBackendElement() as unknown as HTMLElement
    this.#dom = dom
    this.#defaults = defaults
    this.#values = { ...defaults }
    this.parts = kind.create(createSelf(host, dom, node, this.#values))
    partsByDom.set(dom, this.parts)
    const slot = this.parts.slot ?? dom
    type Backend = Extract<typeof this.shadowRoot, { root: unknown }>['root']
    this.shadowRoot = {
      root: dom as unknown as Backend,
      slot: slot as unknown as Backend,
      getIdMap: () => ({}),
      handleEvent: () => {},
      setListener: () => {},
    }
  }

  initValues(data: Record<string, unknown>): void {
    this.#take(data, Object.keys(this.#defaults))
  }

  updateValues(data: Record<string, unknown>, changes: readonly (readonly unknown[])[]): void {
    this.#take(
      data,
      changes.map(([path]) => String((path as readonly unknown[])[0])),
    )
  }

  #take(data: Record<string, unknown>, names: readonly string[]): void {
    const changed = new Set(names)
    for (const name of changed) {
      if (name in this.#defaults) this.#values[name] = convert(data[name], this.#defaults[name] ?? null)
    }
    if (changed.has('hidden')) this.#dom.toggleAttribute('hidden', this.#values.hidden === true)
    applyAria(this.#dom, this.#values, changed)
    this.parts.update?.(changed)
  }
}

function createSelf(
  host: ElementsHost,
  dom: HTMLElement,
  node: GeneralComponent,
  props: Values<Properties>,
): ElementSelf<Properties> {
  return {
    host,
    dom,
    node,
    props,
    set: (name, value) => node.setData({ [name]: value }),
    emit: (name, detail = {}, options = {}) => {
      const { bubbles = false, returned } = options
      const handler = returned === undefined ? {} : { handleListenerReturn: (value: unknown) => returned(value) }
      node.triggerEvent(name, detail, { bubbles, composed: bubbles, ...handler })
    },
    on: (name, listener, options = {}) => {
      // Returns nothing: glass-easel would stop the event on false.
      node.addListener(name, (event) => void listener(event), options)
    },
    scopedClass: (names) => scopedClass(node, names),
  }
}

/** Converts an attribute as WeChat does; invalid values become the default. */
function convert(value: unknown, fallback: string | number | boolean | null): unknown {
  if (fallback === null) return value
  if (typeof fallback === 'boolean') return Boolean(value)
  if (value === undefined || value === null) return fallback
  if (typeof fallback === 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value)
  const number = typeof value === 'string' ? Number.parseFloat(value) : Number(value)
  return Number.isFinite(number) ? number : fallback
}

function scopedClass(node: GeneralComponent, names: string): string {
  const owner = node.ownerShadowRoot?.getHostNode()
  const scope = owner?.getComponentOptions().styleScope
  const prefix = typeof scope === 'number' ? owner?.getOwnerSpace().styleScopeManager.queryName(scope) : undefined
  return names
    .split(/\s+/)
    .filter((name) => name !== '')
    .map((name) => (prefix === undefined || prefix === '' ? name : `${prefix}--${name}`))
    .join(' ')
}

/** `StyleSegmentIndex.TEMP_EXTRA`, which exists only in the types. */
const PASSING_SEGMENT = 3 as StyleSegmentIndex

/** Sets temporary classes in addition to those of the program. */
export function setPassingClass(node: GeneralComponent, names: string): void {
  node.setNodeClass(names, PASSING_SEGMENT)
}
