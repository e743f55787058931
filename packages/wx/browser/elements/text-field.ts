import type { ElementParts, ElementSelf, Values } from './define.ts'
import { html, keepInside } from './dom.ts'
import { labelIgnores } from './label.ts'

/** The common attributes of input and textarea. */
export const TEXT_FIELD_PROPERTIES = {
  name: '',
  value: '',
  placeholder: '',
  placeholderStyle: '',
  placeholderClass: '',
  disabled: false,
  /** -1: any length. */
  maxlength: 140,
  focus: false,
  autoFocus: false,
  confirmType: '',
  confirmHold: false,
  cursor: -1,
  cursorColor: '',
  selectionStart: -1,
  selectionEnd: -1,
  adjustPosition: true,
  adjustKeyboardTo: 'cursor',
  cursorSpacing: 0,
  holdKeyboard: false,
} as const

/** The keyboard height in events, which WeChat reports. A desktop browser has no keyboard. */
const KEYBOARD_HEIGHT = 0

export interface TextField {
  readonly parts: Required<Pick<ElementParts, 'update' | 'attached' | 'activate' | 'field'>>
  /** Called for Enter, which is also the confirm button of the phone's keyboard. */
  confirm(): void
}

type FieldProperties = typeof TEXT_FIELD_PROPERTIES

/** The common part of input and textarea, around a real control of the browser. */
export function createTextField(
  self: Omit<ElementSelf<FieldProperties>, 'set'> & { set(name: 'value', value: unknown): void },
  control: HTMLInputElement | HTMLTextAreaElement,
): TextField {
  const { dom } = self
  const props: Values<FieldProperties> = self.props
  const placeholder = html('div', 'element-placeholder')
  dom.append(html('div', 'element-field', placeholder, control))
  keepInside(control, 'input', 'change', 'focus', 'blur', 'confirm', 'select')
  self.on('tap', labelIgnores)

  let isAttached = false
  let initial = ''
  let lastKey = 0
  let isComposing = false

  const showPlaceholder = (): void => {
    placeholder.textContent = props.placeholder
    placeholder.hidden = control.value !== '' || isComposing
    placeholder.className = `element-placeholder ${self.scopedClass(props.placeholderClass)}`
    placeholder.style.cssText = props.placeholderStyle
  }
  const setValue = (value: string): void => {
    const fitting = props.maxlength >= 0 ? value.slice(0, props.maxlength) : value
    if (control.value !== fitting) control.value = fitting
    showPlaceholder()
  }
  const cursor = (): number => control.selectionStart ?? control.value.length

  /** A listener may return another text, or a text and a cursor position. */
  const replace = (answer: unknown): void => {
    const given = typeof answer === 'string' ? { value: answer } : answer
    if (typeof given !== 'object' || given === null) return
    const { value, cursor: place } = given as { readonly value?: unknown; readonly cursor?: unknown }
    if (typeof value !== 'string') return
    setValue(value)
    self.set('value', control.value)
    if (typeof place === 'number') control.setSelectionRange(place, place)
  }
  const typed = (): void => {
    showPlaceholder()
    if (isComposing) return
    self.set('value', control.value)
    const detail = { value: control.value, cursor: cursor(), keyCode: lastKey }
    self.emit('input', detail, { returned: replace })
  }
  const confirm = (): void => {
    self.emit('confirm', { value: control.value })
    if (!props.confirmHold) control.blur()
  }

  control.addEventListener('keydown', (event) => {
    lastKey = (event as KeyboardEvent).keyCode
  })
  control.addEventListener('input', typed)
  control.addEventListener('compositionstart', () => {
    isComposing = true
    showPlaceholder()
  })
  control.addEventListener('compositionend', () => {
    isComposing = false
    typed()
  })
  control.addEventListener('focus', () => {
    self.emit('focus', { value: control.value, height: KEYBOARD_HEIGHT })
    self.emit('keyboardheightchange', { height: KEYBOARD_HEIGHT, duration: 0 })
  })
  control.addEventListener('blur', () => {
    if (props.focus) self.set('focus' as 'value', false)
    self.emit('blur', { value: control.value, cursor: cursor() })
    self.emit('keyboardheightchange', { height: 0, duration: 0 })
  })

  const takeFocus = (): void => {
    if (!isAttached || props.disabled) return
    control.focus({ preventScroll: true })
    const { selectionStart, selectionEnd, cursor: place } = props
    const start = selectionStart >= 0 ? selectionStart : place
    const end = selectionStart >= 0 && selectionEnd >= 0 ? selectionEnd : start
    if (start >= 0) control.setSelectionRange(start, end)
  }

  const update = (changed: ReadonlySet<string>): void => {
    if (changed.has('maxlength')) {
      if (props.maxlength >= 0) control.maxLength = props.maxlength
      else control.removeAttribute('maxlength')
    }
    if (changed.has('value')) {
      setValue(props.value)
      if (!isAttached) initial = props.value
    } else showPlaceholder()
    if (changed.has('disabled')) control.disabled = props.disabled
    if (changed.has('confirmType')) control.enterKeyHint = props.confirmType === 'return' ? 'enter' : props.confirmType
    if (changed.has('cursorColor')) control.style.caretColor = props.cursorColor
    const label = dom.getAttribute('aria-label') ?? props.placeholder
    if (label !== '') control.setAttribute('aria-label', label)
    if (changed.has('focus') && isAttached) {
      if (props.focus) takeFocus()
      else if (document.activeElement === control) control.blur()
    }
  }
  return {
    confirm,
    parts: {
      update,
      attached() {
        isAttached = true
        if (props.focus || props.autoFocus) requestAnimationFrame(takeFocus)
      },
      activate: () => control.focus(),
      field: {
        name: () => props.name,
        value: () => control.value,
        reset() {
          setValue(initial)
          self.set('value', control.value)
        },
      },
    },
  }
}

export const TEXT_FIELD_CSS = `
  .element-placeholder { position: absolute; top: 0; left: 0; right: 0; overflow: hidden; color: light-dark(grey, #7a7a7a); pointer-events: none }
  .element-placeholder[hidden] { display: none !important }
  .element-field { position: relative; width: 100%; height: 100%; min-height: inherit }
  .element-field > :is(input, textarea) { display: block; box-sizing: border-box; width: 100%; height: 100%; margin: 0; padding: 0;
    border: 0; outline: 0; background: none; color: inherit; font: inherit; letter-spacing: inherit; text-align: inherit; text-transform: inherit; opacity: 1 }`
