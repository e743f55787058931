import { makeOperable, setOperable } from './aria.ts'
import { defineElement, type ElementParts, type ElementSelf } from './define.ts'
import { html } from './dom.ts'
import { labelIgnores } from './label.ts'

/** A checkbox or radio, for its group. */
interface Choice {
  readonly value: () => string
  readonly isChecked: () => boolean
  readonly check: (checked: boolean) => void
}

const choices = new WeakMap<Element, Choice>()

const CHOICE_PROPERTIES = { value: '', checked: false, disabled: false, color: '#07c160', name: '' } as const

const GROUP_PROPERTIES = { name: '' } as const

const MARK_CSS = `
  .element-choice { display: inline-flex; align-items: center; vertical-align: middle }
  .element-choice > i { flex: none; display: flex; box-sizing: border-box; width: 22px; height: 22px; margin-right: 5px; align-items: center;
    justify-content: center; border: 1px solid light-dark(#d1d1d1, #5c5c5c); background: light-dark(#fff, #191919) }
  .element-choice > i::after { content: ''; width: 11px; height: 6px; margin-top: -3px; border: solid currentColor; border-width: 0 0 2px 2px; transform: rotate(-45deg); opacity: 0 }
  [aria-checked='true'] > .element-choice > i::after { opacity: 1 }
  [aria-disabled='true'] > .element-choice > i { background: light-dark(#e1e1e1, #333); opacity: .6 }
  wx-checkbox:focus-visible, wx-radio:focus-visible, wx-switch:focus-visible { outline: 2px solid #576b95; outline-offset: 2px }`

/** The properties of controls whose mark has its own colours. */
const MARKED_PROPERTIES = {
  ...CHOICE_PROPERTIES,
  backgroundColor: '',
  borderColor: '',
  activeBackgroundColor: '',
  activeBorderColor: '',
  iconColor: '',
}

export const checkbox = defineElement({
  tag: 'checkbox',
  properties: MARKED_PROPERTIES,
  css: `
    wx-checkbox { display: inline-block; cursor: pointer; -webkit-tap-highlight-color: transparent }
    wx-checkbox > .element-choice > i { border-radius: 3px }
    ${MARK_CSS}`,
  create(self) {
    const mark = html('i')
    const parts = createChoice(self, 'checkbox', mark, () => self.set('checked', !self.props.checked))
    return {
      ...parts,
      update(changed) {
        parts.update?.(changed)
        const { checked, color, iconColor, backgroundColor, activeBackgroundColor, borderColor, activeBorderColor } =
          self.props
        mark.style.color = iconColor === '' ? color : iconColor
        mark.style.background = checked ? activeBackgroundColor : backgroundColor
        mark.style.borderColor = checked ? activeBorderColor : borderColor
      },
    }
  },
})

export const radio = defineElement({
  tag: 'radio',
  properties: MARKED_PROPERTIES,
  css: `
    wx-radio { display: inline-block; cursor: pointer; -webkit-tap-highlight-color: transparent }
    wx-radio > .element-choice > i { border-radius: 50% }`,
  create(self) {
    const mark = html('i')
    const parts = createChoice(self, 'radio', mark, () => {
      if (self.props.checked) return false
      for (const other of choicesIn(self.dom.closest('wx-radio-group'), 'wx-radio')) other.check(false)
      self.set('checked', true)
      return true
    })
    return {
      ...parts,
      update(changed) {
        parts.update?.(changed)
        const { checked, color, iconColor, backgroundColor, activeBackgroundColor, borderColor, activeBorderColor } =
          self.props
        mark.style.color = iconColor === '' ? '#fff' : iconColor
        mark.style.background = checked ? activeBackgroundColor || color : backgroundColor
        mark.style.borderColor = checked ? activeBorderColor || color : borderColor
      },
    }
  },
})

/** `toggle` returns false if there was nothing to change. */
function createChoice(
  self: Omit<ElementSelf<typeof CHOICE_PROPERTIES>, 'set'> & { set(name: 'checked', value: unknown): void },
  role: 'checkbox' | 'radio',
  mark: HTMLElement,
  toggle: () => unknown,
): ElementParts {
  const { dom, props } = self
  const slot = html('span')
  dom.append(html('span', 'element-choice', mark, slot))
  makeOperable(dom, role)
  const act = (): void => {
    if (props.disabled || toggle() === false) return
    const group = dom.closest(`wx-${role}-group`)
    if (group !== null) groupChanged.get(group)?.(props.value)
  }
  self.on('tap', (event) => {
    labelIgnores(event)
    act()
  })
  choices.set(dom, {
    value: () => props.value,
    isChecked: () => props.checked,
    check: (checked) => self.set('checked', checked),
  })
  let isAttached = false
  let initial = false
  return {
    slot,
    activate: act,
    attached() {
      isAttached = true
    },
    update(changed) {
      if (changed.has('checked')) {
        dom.setAttribute('aria-checked', String(props.checked))
        if (!isAttached) initial = props.checked
      }
      if (changed.has('disabled')) setOperable(dom, !props.disabled)
    },
    // Its group is the form field; without one it only has to be reset.
    field: { name: () => '', value: () => undefined, reset: () => self.set('checked', initial) },
  }
}

const groupChanged = new WeakMap<Element, (value: string) => void>()

function choicesIn(group: Element | null, tag: string): Choice[] {
  const found = group === null ? [] : [...group.querySelectorAll(tag)]
  return found.flatMap((dom) => choices.get(dom) ?? [])
}

export const checkboxGroup = defineElement({
  tag: 'checkbox-group',
  properties: GROUP_PROPERTIES,
  css: 'wx-checkbox-group { display: block }',
  create(self) {
    const value = (): string[] =>
      choicesIn(self.dom, 'wx-checkbox').flatMap((choice) => (choice.isChecked() ? [choice.value()] : []))
    groupChanged.set(self.dom, () => self.emit('change', { value: value() }))
    return { field: { name: () => self.props.name, value, reset: () => {} } }
  },
})

export const radioGroup = defineElement({
  tag: 'radio-group',
  properties: GROUP_PROPERTIES,
  css: 'wx-radio-group { display: block }',
  create(self) {
    self.dom.setAttribute('role', 'radiogroup')
    groupChanged.set(self.dom, (value) => self.emit('change', { value }))
    const value = (): string =>
      choicesIn(self.dom, 'wx-radio')
        .find((choice) => choice.isChecked())
        ?.value() ?? ''
    return { field: { name: () => self.props.name, value, reset: () => {} } }
  },
})

export const switchElement = defineElement({
  tag: 'switch',
  properties: { name: '', checked: false, disabled: false, type: 'switch', color: '#07c160' },
  css: `
    wx-switch { display: inline-block; vertical-align: middle; cursor: pointer; -webkit-tap-highlight-color: transparent }
    wx-switch > i { display: block; position: relative; box-sizing: border-box; width: 52px; height: 32px; border: 1px solid; border-color: light-dark(#dfdfdf, #3d3d3d); border-radius: 16px;
      background: light-dark(#dfdfdf, #3d3d3d); transition: background-color .1s, border-color .1s }
    wx-switch > i::after { content: ''; position: absolute; top: 0; left: 0; width: 30px; height: 30px; border-radius: 15px; background: #fff;
      box-shadow: 0 1px 3px rgba(0, 0, 0, .4); transition: transform .35s cubic-bezier(.4, .4, .25, 1.35) }
    wx-switch[aria-checked='true'] > i::after { transform: translateX(20px) }
    wx-switch[aria-disabled='true'] > i { opacity: .4 }
    wx-switch[type='checkbox'] > i { width: 22px; height: 22px; border-radius: 3px; background: light-dark(#fff, #191919) }
    wx-switch[type='checkbox'] > i::after { top: 4px; left: 4px; width: 11px; height: 6px; border: solid currentColor; border-width: 0 0 2px 2px; border-radius: 0; background: none; box-shadow: none; transform: rotate(-45deg); opacity: 0; transition: none }
    wx-switch[type='checkbox'][aria-checked='true'] > i::after { transform: rotate(-45deg); opacity: 1 }`,
  create(self) {
    const { dom } = self
    const mark = html('i')
    dom.append(mark)
    makeOperable(dom, 'switch')
    let isAttached = false
    let initial = false
    const act = (): void => {
      if (self.props.disabled) return
      self.set('checked', !self.props.checked)
      self.emit('change', { value: self.props.checked })
    }
    self.on('tap', (event) => {
      labelIgnores(event)
      act()
    })
    return {
      activate: act,
      attached() {
        isAttached = true
      },
      update(changed) {
        const { checked, type, color, disabled } = self.props
        if (changed.has('checked') && !isAttached) initial = checked
        dom.setAttribute('type', type)
        dom.setAttribute('aria-checked', String(checked))
        setOperable(dom, !disabled)
        mark.style.color = color
        const isFilled = checked && type !== 'checkbox'
        mark.style.backgroundColor = isFilled ? color : ''
        mark.style.borderColor = isFilled ? color : ''
      },
      field: {
        name: () => self.props.name,
        value: () => self.props.checked,
        reset: () => self.set('checked', initial),
      },
    }
  },
})
