import { defineElement } from './define.ts'
import { createTextField, TEXT_FIELD_PROPERTIES } from './text-field.ts'

export const textarea = defineElement({
  tag: 'textarea',
  properties: {
    ...TEXT_FIELD_PROPERTIES,
    autoHeight: false,
    fixed: false,
    showConfirmBar: true,
    disableDefaultPadding: false,
    confirmType: 'return',
  },
  css: `
    wx-textarea { display: block; width: 300px; height: 150px }
    wx-textarea textarea { resize: none; line-height: inherit }
    wx-textarea .element-placeholder { white-space: pre-wrap }
    wx-textarea[auto-height] { height: auto !important }
    wx-textarea[auto-height] textarea { height: auto; field-sizing: content; overflow: hidden }`,
  create(self) {
    const control = document.createElement('textarea')
    control.rows = 1
    const field = createTextField(self, control)
    let lines = 0
    const countLines = (): void => {
      const style = getComputedStyle(control)
      const lineHeight = Number.parseFloat(style.lineHeight) || Number.parseFloat(style.fontSize) * 1.2
      const height = control.scrollHeight
      const count = Math.max(1, Math.round(height / lineHeight))
      if (count === lines) return
      lines = count
      self.emit('linechange', { height, heightRpx: 0, lineCount: count, lineHeight })
    }
    // Only a control that grows with its content reveals its number of lines.
    const observer = new ResizeObserver(() => self.props.autoHeight && countLines())
    control.addEventListener('input', () => self.props.autoHeight && countLines())
    control.addEventListener('keydown', (event) => {
      const confirms = !['', 'return'].includes(self.props.confirmType)
      if (event.key !== 'Enter' || event.isComposing || !confirms) return
      event.preventDefault()
      field.confirm()
    })
    return {
      ...field.parts,
      attached() {
        field.parts.attached()
        observer.observe(control)
      },
      detached: () => observer.disconnect(),
      update(changed) {
        field.parts.update(changed)
        self.dom.toggleAttribute('auto-height', self.props.autoHeight)
      },
    }
  },
})
