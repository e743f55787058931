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

/** Roles of what is there to be tapped. */
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

/** Properties for the attributes `aria-role`, `aria-label` and so on, all unset. */
export const ARIA_PROPERTIES: Readonly<Record<string, null>> = Object.fromEntries(
  Object.keys(ATTRIBUTES).map((property) => [property, null]),
)

/** Writes those that were set; what an element says by itself stays until then. */
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
    // A view that says it is a button can be used as one without a finger, too.
    if (attribute === 'role' && OPERABLE.has(String(value)) && !dom.hasAttribute('tabindex'))
      makeOperable(dom, String(value))
  }
}

/**
 * Makes an element one that the keyboard reaches and acts on: Enter, and for those that are not links Space, do what a
 * click does.
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

/** Says to assistive technology and to the keyboard whether a control can be used. */
export function setOperable(dom: HTMLElement, operable: boolean): void {
  dom.tabIndex = operable ? 0 : -1
  if (operable) dom.removeAttribute('aria-disabled')
  else dom.setAttribute('aria-disabled', 'true')
}

function propertyOf(name: string): string {
  return `aria${name.charAt(0).toUpperCase()}${name.slice(1)}`
}
