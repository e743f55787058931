import { defineElement } from './define.ts'

const SPACES: Readonly<Record<string, string>> = { nbsp: '\u00a0', ensp: '\u2002', emsp: '\u2003' }

/** The entities that `decode` supports. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&nbsp;': '\u00a0',
  '&ensp;': '\u2002',
  '&emsp;': '\u2003',
  '&lt;': '<',
  '&gt;': '>',
  '&apos;': "'",
  '&quot;': '"',
  '&amp;': '&',
}

export const text = defineElement({
  tag: 'text',
  properties: { selectable: false, userSelect: false, space: '', decode: false, overflow: '', maxLines: null },
  css: `
    wx-text { display: inline; user-select: none }
    wx-text > span { white-space: pre-line }
    wx-text[data-selectable] { user-select: text; cursor: text }
    wx-text[data-selectable='block'] { display: inline-block }`,
  create(self) {
    const slot = document.createElement('span')
    self.dom.append(slot)
    const sources = new WeakMap<Node, { source: string; shown: string }>()

    const render = (node: Text, isAttributeChange: boolean): void => {
      const known = sources.get(node)
      const isOurs = known !== undefined && known.shown === node.data
      if (isOurs && !isAttributeChange) return
      const source = isOurs ? known.source : node.data
      const shown = shownText(source, SPACES[self.props.space], self.props.decode)
      sources.set(node, { source, shown })
      if (node.data !== shown) node.data = shown
    }
    const renderAll = (isAttributeChange: boolean): void => {
      const walker = document.createTreeWalker(slot, NodeFilter.SHOW_TEXT)
      while (walker.nextNode() !== null) {
        const node = walker.currentNode as Text
        if (node.parentElement?.closest('wx-text') === self.dom) render(node, isAttributeChange)
      }
    }
    const observer = new MutationObserver(() => renderAll(false))
    return {
      slot,
      attached() {
        observer.observe(slot, { childList: true, characterData: true, subtree: true })
        renderAll(true)
      },
      detached: () => observer.disconnect(),
      update(changed) {
        const { selectable, userSelect } = self.props
        if (userSelect) self.dom.dataset.selectable = 'block'
        else if (selectable) self.dom.dataset.selectable = 'inline'
        else delete self.dom.dataset.selectable
        if (changed.has('space') || changed.has('decode')) renderAll(true)
      },
    }
  },
})

/** The visible text: a written `\n` breaks the line; see the attributes `space` and `decode`. */
function shownText(source: string, space: string | undefined, decode: boolean): string {
  let shown = source.replace(/\\n/g, '\n')
  if (space !== undefined) shown = shown.replace(/ /g, space)
  if (decode) shown = shown.replace(/&(?:nbsp|ensp|emsp|lt|gt|apos|quot|amp);/g, (entity) => ENTITIES[entity] ?? entity)
  return shown
}
