import { Component, type GeneralComponent, type Node as GlassEaselNode } from 'glass-easel'
import { defineElement, type FormField, partsOf } from './define.ts'

interface Form {
  submit(button: GeneralComponent): void
  reset(button: GeneralComponent): void
}

const forms = new WeakMap<Element, Form>()

/** The form around an element, even outside of its component. */
export function formOf(dom: Element): Form | undefined {
  const form = dom.closest('wx-form')
  return form === null ? undefined : forms.get(form)
}

export const form = defineElement({
  tag: 'form',
  properties: { reportSubmit: false, reportSubmitTimeout: 0 },
  css: 'wx-form { display: block }',
  create(self) {
    const describe = (button: GeneralComponent): object => ({ id: button.id, dataset: button.dataset })
    forms.set(self.dom, {
      submit(button) {
        const value: Record<string, unknown> = {}
        for (const field of fieldsIn(self.dom)) {
          const name = field.name()
          if (name !== '') value[name] = field.value()
        }
        self.emit('submit', {
          value,
          target: describe(button),
          ...(self.props.reportSubmit ? { formId: 'simulated' } : {}),
        })
      },
      reset(button) {
        for (const field of fieldsIn(self.dom)) field.reset()
        self.emit('reset', { target: describe(button) })
      },
    })
    return {}
  },
})

/** Controls, and components of the program with the behavior `wx://form-field`. */
function* fieldsIn(root: Element): Generator<FormField> {
  for (const dom of root.querySelectorAll('*')) {
    const own = partsOf(dom)?.field
    if (own !== undefined) yield own
    else if (partsOf(dom) === undefined) {
      const node = (dom as { __wxElement?: GlassEaselNode }).__wxElement
      if (Component.isComponent(node) && node.hasBehavior('wx://form-field')) yield programField(node)
    }
  }
}

function programField(node: GeneralComponent): FormField {
  const start: unknown = node.data.value
  return {
    name: () => String(node.data.name ?? ''),
    value: () => node.data.value,
    reset: () => node.setData({ value: start }),
  }
}
