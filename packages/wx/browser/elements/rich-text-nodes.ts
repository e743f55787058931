/** The tags that WeChat's rich-text supports; others are dropped with their content. */
const TAGS: ReadonlySet<string> = new Set(
  (
    'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del div dl dt em ' +
    'fieldset font footer h1 h2 h3 h4 h5 h6 header hr i img ins label legend li mark nav ol p pre q rt ruby s section small ' +
    'span strong sub sup table tbody td tfoot th thead tr tt u ul'
  ).split(' '),
)

/** Attributes of every tag; those of single tags follow. */
const COMMON: ReadonlySet<string> = new Set(['class', 'style', 'dir', 'lang'])

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  bdo: ['dir'],
  col: ['span', 'width'],
  colgroup: ['span', 'width'],
  font: ['color', 'face', 'size'],
  img: ['alt', 'src', 'height', 'width'],
  ol: ['start', 'type'],
  table: ['width', 'border', 'cellspacing', 'cellpadding'],
  td: ['colspan', 'height', 'rowspan', 'width'],
  th: ['colspan', 'height', 'rowspan', 'width'],
  tr: ['colspan', 'height', 'rowspan', 'width'],
}

/** Turns the `nodes` of a rich-text, a string of HTML or an array, into safe DOM: no scripts, no links. */
export function richTextNodes(nodes: unknown, pictureUrl: (src: string) => string | undefined): Node[] {
  if (typeof nodes === 'string') {
    const parsed = new DOMParser().parseFromString(nodes, 'text/html')
    return [...parsed.body.childNodes].flatMap((node) => clean(node, pictureUrl))
  }
  return Array.isArray(nodes) ? nodes.flatMap((node: unknown) => build(node, pictureUrl)) : []
}

function clean(node: Node, pictureUrl: (src: string) => string | undefined): Node[] {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.textContent ?? '')]
  if (!(node instanceof Element)) return []
  const attributes = Object.fromEntries([...node.attributes].map(({ name, value }) => [name, value]))
  const element = create(node.localName, attributes, pictureUrl)
  element?.append(...[...node.childNodes].flatMap((child) => clean(child, pictureUrl)))
  return element === undefined ? [] : [element]
}

function build(node: unknown, pictureUrl: (src: string) => string | undefined): Node[] {
  if (typeof node !== 'object' || node === null) return []
  const { type, text, name, attrs, children } = node as Readonly<Record<string, unknown>>
  if (type === 'text') return [document.createTextNode(decode(String(text ?? '')))]
  if (typeof name !== 'string') return []
  const attributes = typeof attrs === 'object' && attrs !== null ? (attrs as Record<string, unknown>) : {}
  const element = create(name.toLowerCase(), attributes, pictureUrl)
  element?.append(...richTextNodes(children, pictureUrl))
  return element === undefined ? [] : [element]
}

function create(
  name: string,
  attributes: Readonly<Record<string, unknown>>,
  pictureUrl: (src: string) => string | undefined,
): HTMLElement | undefined {
  if (!TAGS.has(name)) return undefined
  const element = document.createElement(name)
  const allowed = ATTRIBUTES[name] ?? []
  for (const [attribute, value] of Object.entries(attributes)) {
    if (!COMMON.has(attribute) && !allowed.includes(attribute)) continue
    const shown = attribute === 'src' ? pictureUrl(String(value)) : String(value)
    if (shown !== undefined) element.setAttribute(attribute, shown)
  }
  return element
}

/** Entities in the text of a node of an array. */
function decode(text: string): string {
  if (!text.includes('&')) return text
  return new DOMParser().parseFromString(text.replace(/</g, '&lt;'), 'text/html').body.textContent ?? text
}
