/** WeChat's accessibility attributes: those of ARIA, with `aria-role` for `role`. */
const NAMES = [
  'role',
  'label',
  'labelledby',
  'describedby',
  'hidden',
  'disabled',
  'checked',
  'selected',
  'expanded',
  'pressed',
  'busy',
  'live',
  'level',
  'modal',
  'required',
  'readonly',
  'invalid',
  'controls',
  'owns',
  'flowto',
  'haspopup',
  'autocomplete',
  'multiline',
  'multiselectable',
  'orientation',
  'placeholder',
  'sort',
  'relevant',
  'atomic',
  'dropeffect',
  'posinset',
  'setsize',
  'valuenow',
  'valuemin',
  'valuemax',
  'valuetext',
] as const

/** Roles of elements that can be tapped. */
const OPERABLE: ReadonlySet<string> = new Set([
  'button',
  'link',
  'checkbox',
  'radio',
  'switch',
  'tab',
  'menuitem',
  'option',
])

const ATTRIBUTES: Readonly<Record<string, string>> = Object.fromEntries(
  NAMES.map((name) => [propertyOf(name), name === 'role' ? 'role' : `aria-${name}`]),
)

/** The properties for `aria-role`, `aria-label` and so on, all unset. */
export const ARIA_PROPERTIES: Readonly<Record<string, null>> = Object.fromEntries(
  Object.keys(ATTRIBUTES).map((property) => [property, null]),
)

/** Writes the attributes that are set; until then the element's own ones stay. */
export function applyAria(
  dom: HTMLElement,
  values: Readonly<Record<string, unknown>>,
  changed: ReadonlySet<string>,
): void {
  for (const property of changed) {
    const attribute = ATTRIBUTES[property]
    const value = values[property]
    if (attribute === undefined || value === null || value === undefined) continue
    dom.setAttribute(attribute, String(value))
    // A view with the role of a button can also be used with the keyboard.
    if (attribute === 'role' && OPERABLE.has(String(value)) && !dom.hasAttribute('tabindex'))
      makeOperable(dom, String(value))
  }
}

/**
 * Makes an element focusable and usable with the keyboard: Enter, and Space unless it is a link, act like a click.
 */
export function makeOperable(dom: HTMLElement, role: string): void {
  dom.setAttribute('role', role)
  dom.tabIndex = 0
  dom.addEventListener('keydown', (event) => {
    if (event.target !== dom || event.repeat) return
    if (event.key !== 'Enter' && (event.key !== ' ' || role === 'link')) return
    event.preventDefault()
    dom.click()
  })
}

/** Enables or disables a control for assistive technology and the keyboard. */
export function setOperable(dom: HTMLElement, operable: boolean): void {
  dom.tabIndex = operable ? 0 : -1
  if (operable) dom.removeAttribute('aria-disabled')
  else dom.setAttribute('aria-disabled', 'true')
}

function propertyOf(name: string): string {
  return `aria${name.charAt(0).toUpperCase()}${name.slice(1)}`
}
