import { defineElement } from './define.ts'
import { html } from './dom.ts'
import { richTextNodes } from './rich-text-nodes.ts'

const SPACES: Readonly<Record<string, string>> = { nbsp: '\u00a0', ensp: '\u2002', emsp: '\u2003' }

/** Nothing inside can be tapped: events come from the element as a whole. */
export const richText = defineElement({
  tag: 'rich-text',
  properties: { nodes: null, space: '', mode: 'default', userSelect: false },
  css: `
    wx-rich-text { display: block }
    wx-rich-text > div { pointer-events: none }
    wx-rich-text[data-selectable] > div { pointer-events: auto; user-select: text }
    wx-rich-text a { color: inherit }`,
  create(self) {
    const content = html('div')
    self.dom.append(content)
    let isAttached = false
    const show = (): void => {
      if (!isAttached) return
      content.replaceChildren(...richTextNodes(self.props.nodes, (src) => self.host.mediaUrl(src, self.node)))
      const space = SPACES[self.props.space]
      if (space === undefined) return
      const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT)
      while (walker.nextNode() !== null) {
        const text = walker.currentNode as Text
        text.data = text.data.replace(/ /g, space)
      }
    }
    return {
      attached() {
        isAttached = true
        show()
      },
      update(changed) {
        self.dom.toggleAttribute('data-selectable', self.props.userSelect)
        if (changed.has('nodes') || changed.has('space')) show()
      },
    }
  },
})
