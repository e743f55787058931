import { ComponentSpace } from 'glass-easel'
import type { ElementsHost } from '../contracts.ts'
import { button } from './button.ts'
import { canvas } from './canvas.ts'
import { checkbox, checkboxGroup, radio, radioGroup, switchElement } from './choices.ts'
import type { AnyElement } from './define.ts'
import { form } from './form.ts'
import { icon } from './icon.ts'
import { coverImage, image } from './image.ts'
import { input } from './input.ts'
import { label } from './label.ts'
import { audio, video } from './media.ts'
import { movableArea, movableView } from './movable.ts'
import { navigator } from './navigator.ts'
import { MISSING_CSS, notSimulated, openData, pageSettings } from './not-simulated.ts'
import { matchMedia, pageContainer } from './page-container.ts'
import { picker } from './picker.ts'
import { pickerView, pickerViewColumn } from './picker-view.ts'
import { progress } from './progress.ts'
import { richText } from './rich-text.ts'
import { scrollView } from './scroll-view.ts'
import { NOTE_CSS } from './simulated.ts'
import { slider } from './slider.ts'
import { swiper, swiperItem } from './swiper.ts'
import { text } from './text.ts'
import { textarea } from './textarea.ts'
import { watchUnknownTags } from './unknown.ts'
import { coverView, rootPortal, view } from './view.ts'

const ELEMENTS: readonly AnyElement[] = [
  view,
  text,
  image,
  icon,
  button,
  input,
  textarea,
  checkbox,
  checkboxGroup,
  radio,
  radioGroup,
  switchElement,
  slider,
  label,
  form,
  picker,
  pickerView,
  pickerViewColumn,
  progress,
  scrollView,
  swiper,
  swiperItem,
  navigator,
  video,
  audio,
  canvas,
  richText,
  movableArea,
  movableView,
  coverView,
  coverImage,
  pageContainer,
  matchMedia,
  rootPortal,
  openData,
  ...pageSettings,
  ...notSimulated,
]

/**
 * Registers WeChat's built-in elements and their styles in a component space, and the behavior `wx://form-field` for the
 * controls of the program. Call it once, before the first component is defined.
 */
export function registerElements(host: ElementsHost): void {
  const style = document.createElement('style')
  style.dataset.elements = ''
  const all = `:is(${ELEMENTS.map(({ tag }) => `wx-${tag}`).join(', ')})`
  style.textContent = [
    // The shell around the phone uses border-box; WeChat does not.
    `${all} { box-sizing: content-box }`,
    ...ELEMENTS.map(({ css }) => css),
    MISSING_CSS,
    NOTE_CSS,
    `${all}[hidden] { display: none !important }`,
  ].join('\n')
  // Before all other styles, so that those of the program override it.
  document.head.prepend(style)
  for (const element of ELEMENTS) element.register(host)
  host.space.importSpace('wx://', builtInBehaviors(), true)
  watchUnknownTags(host)
}

function builtInBehaviors(): ComponentSpace {
  const space = new ComponentSpace()
  const anything = { type: null, value: null }
  space.defineBehavior({ is: 'form-field', properties: { name: anything, value: anything } })
  space.defineBehavior({ is: 'form-field-group' })
  space.defineBehavior({ is: 'form-field-button' })
  space.defineBehavior({ is: 'component-export' })
  return space
}
