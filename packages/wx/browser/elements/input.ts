import { defineElement } from './define.ts'
import { createTextField, TEXT_FIELD_CSS, TEXT_FIELD_PROPERTIES } from './text-field.ts'

/** The keyboard of each type. */
const KEYBOARDS: Readonly<Record<string, string>> = {
  number: 'numeric',
  digit: 'decimal',
  idcard: 'text',
  text: 'text',
}

export const input = defineElement({
  tag: 'input',
  properties: {
    ...TEXT_FIELD_PROPERTIES,
    type: 'text',
    password: false,
    alwaysEmbed: false,
    safePasswordCertPath: '',
    safePasswordLength: 0,
    safePasswordTimeStamp: 0,
    safePasswordNonce: '',
    safePasswordSalt: '',
    safePasswordCustomHash: '',
  },
  css: `
    wx-input { display: block; height: 1.4rem; min-height: 1.4rem; overflow: hidden; text-overflow: clip; white-space: nowrap; cursor: text }
    wx-input .element-placeholder { display: flex; bottom: 0; align-items: center; justify-content: inherit }
    ${TEXT_FIELD_CSS}`,
  create(self) {
    const control = document.createElement('input')
    control.autocomplete = 'off'
    const field = createTextField(self, control)
    control.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) field.confirm()
    })
    return {
      ...field.parts,
      update(changed) {
        const { type, password } = self.props
        if (changed.has('type') || changed.has('password')) {
          control.type = password || type === 'safe-password' ? 'password' : 'text'
          control.inputMode = KEYBOARDS[type] ?? 'text'
        }
        field.parts.update(changed)
      },
    }
  },
})
