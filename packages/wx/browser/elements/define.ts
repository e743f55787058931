import type { GeneralComponent, ShadowedEvent, StyleSegmentIndex, templateEngine } from 'glass-easel'
import type { ElementsHost } from '../contracts.ts'
import { ARIA_PROPERTIES, applyAria } from './aria.ts'

/** Default values; an attribute is converted to the type of its default, and null takes what comes. */
export type Properties = Readonly<Record<string, string | number | boolean | null>>

/** What an attribute is read as. */
type Widened<Value> = Value extends string
  ? string
  : Value extends number
    ? number
    : Value extends boolean
      ? boolean
      : unknown

export type Values<Props extends Properties> = { readonly [Name in keyof Props]: Widened<Props[Name]> }

/** One element on a page, as its own code sees it. */
export interface ElementSelf<Props extends Properties> {
  readonly host: ElementsHost
  /** The `<wx-...>` element. */
  readonly dom: HTMLElement
  readonly node: GeneralComponent
  /** The attributes now. */
  readonly props: Values<Props>
  /** Changes an own attribute, as the user's doing: `model:` bindings follow, `update` is called. */
  set(name: keyof Props & string, value: unknown): void
  /** Calls the program's listeners. Events of elements do not bubble, except where WeChat says so. */
  emit(name: string, detail?: unknown, options?: EmitOptions): void
  /** Listens to an event of the program's world, such as `tap`. */
  on(name: string, listener: (event: ShadowedEvent<unknown>) => void, options?: { readonly capture?: boolean }): void
  /** Class names that the program gave in an attribute, with the prefix of the component that wrote them. */
  scopedClass(names: string): string
}

export interface EmitOptions {
  readonly bubbles?: boolean
  /** Receives what a listener of the program returns. */
  readonly returned?: (value: unknown) => void
}

/** What an element does. */
export interface ElementParts {
  /** Where the element's children in WXML go; default: the element itself. */
  readonly slot?: HTMLElement
  /** Called once with all attributes when they are first known, and then with those that were set. */
  update?(changed: ReadonlySet<string>): void
  attached?(): void
  detached?(): void
  /** What a tap on a label of this control does. */
  activate?(): void
  /** For forms. */
  readonly field?: FormField
}

/** A control as its form sees it. */
export interface FormField {
  name(): string
  value(): unknown
  reset(): void
}

export interface ElementKind<Props extends Properties> {
  /** As in WXML. */
  readonly tag: string
  readonly properties: Props
  /** Rules of the stylesheet. As in WeChat's, selectors are the `wx-` names and weigh little. */
  readonly css?: string
  /** Builds the DOM. Attributes are not known yet: they come with `update`. */
  create(self: ElementSelf<Props>): ElementParts
}

/** An element kind with its property types forgotten: what the register of elements holds. */
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

/** Attributes that every element has. */
const COMMON = { hidden: false } as const

/**
 * Describes a built-in element.
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

/** One element on a page, as glass-easel sees it: a component whose inside is plain DOM. */
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
      // Without a result: glass-easel takes false for an order to stop the event.
      node.addListener(name, (event) => void listener(event), options)
    },
    scopedClass: (names) => scopedClass(node, names),
  }
}

/** As WeChat reads an attribute; what cannot be read is the default. */
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

/** `StyleSegmentIndex.TEMP_EXTRA`, which is a constant of the types only. */
const PASSING_SEGMENT = 3 as StyleSegmentIndex

/** Adds or removes classes for a moment, beside those that the program sets. */
export function setPassingClass(node: GeneralComponent, names: string): void {
  node.setNodeClass(names, PASSING_SEGMENT)
}
