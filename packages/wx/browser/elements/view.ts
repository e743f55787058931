import { defineElement } from './define.ts'
import { HOVER_PROPERTIES, showHover } from './hover.ts'

export const view = defineElement({
  tag: 'view',
  properties: HOVER_PROPERTIES,
  css: 'wx-view { display: block }',
  create(self) {
    showHover(self)
    return {}
  },
})

/** A view that WeChat shows above native components; here there is only one layer. */
export const coverView = defineElement({
  tag: 'cover-view',
  properties: { ...HOVER_PROPERTIES, scrollTop: null, markerId: '', slot: '' },
  css: 'wx-cover-view { display: block; position: relative; line-height: 1.2; overflow: hidden; white-space: nowrap }',
  create(self) {
    showHover(self)
    return {
      update: (changed) => {
        const top = self.props.scrollTop
        if (changed.has('scrollTop') && top !== null && top !== '') self.dom.scrollTop = Number(top)
      },
    }
  },
})

/** WeChat takes its children out of the page layout; here it is a box above the page. */
export const rootPortal = defineElement({
  tag: 'root-portal',
  properties: { enable: true },
  css: 'wx-root-portal { display: contents }',
  create: () => ({}),
})
