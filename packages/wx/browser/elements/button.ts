import { makeOperable, setOperable } from './aria.ts'
import { defineElement } from './define.ts'
import { formOf } from './form.ts'
import { HOVER_PROPERTIES, showHover } from './hover.ts'
import { labelIgnores } from './label.ts'
import { OPEN_TYPES } from './open-types.ts'

export const button = defineElement({
  tag: 'button',
  properties: {
    ...HOVER_PROPERTIES,
    hoverClass: 'button-hover',
    hoverStartTime: 20,
    hoverStayTime: 70,
    size: 'default',
    type: 'default',
    plain: false,
    disabled: false,
    loading: false,
    formType: '',
    openType: '',
    name: '',
    lang: 'en',
    sessionFrom: '',
    sendMessageTitle: '',
    sendMessagePath: '',
    sendMessageImg: '',
    appParameter: '',
    showMessageCard: false,
    groupId: '',
    guildId: '',
    publicId: '',
    phoneNumberNoQuotaToast: true,
    createliveactivity: null,
    scope: '',
  },
  css: `
    wx-button { position: relative; display: block; box-sizing: border-box; margin-left: auto; margin-right: auto;
      padding: 8px 24px; overflow: hidden; border-radius: 8px; background-color: light-dark(#f2f2f2, #2c2c2c);
      color: light-dark(#06ae56, #07c160); font-size: 17px; font-weight: 500; line-height: 1.41176471; text-align: center;
      text-decoration: none; cursor: pointer; user-select: none; -webkit-tap-highlight-color: transparent }
    wx-button:not([size='mini']) { width: 184px }
    wx-button[size='mini'] { display: inline-block; padding: 0 12px; border-radius: 6px; font-size: 14px; line-height: 2.2857 }
    wx-button[type='primary'] { background-color: #07c160; color: #fff }
    wx-button[type='warn'] { background-color: light-dark(#f2f2f2, #2c2c2c); color: #fa5151 }
    wx-button[plain] { border: 1px solid light-dark(#353535, #b2b2b2); background-color: transparent; color: light-dark(#353535, #d2d2d2) }
    wx-button[plain][type='primary'] { border-color: #06ae56; color: #06ae56 }
    wx-button[plain][type='warn'] { border-color: #fa5151; color: #fa5151 }
    wx-button[disabled] { background-color: light-dark(#fafafa, #232323); color: light-dark(rgba(0, 0, 0, .2), rgba(255, 255, 255, .2)); cursor: default }
    wx-button[disabled][type='primary'] { background-color: light-dark(#9ce6bf, #0e4a2b); color: light-dark(#fff, rgba(255, 255, 255, .4)) }
    wx-button[disabled][type='warn'] { color: light-dark(#fdb9b9, #6b2f2f) }
    wx-button[disabled][plain] { border-color: light-dark(rgba(0, 0, 0, .2), rgba(255, 255, 255, .2)); background-color: transparent; color: light-dark(rgba(0, 0, 0, .2), rgba(255, 255, 255, .2)) }
    wx-button.button-hover { background-color: light-dark(#e6e6e6, #3a3a3a) }
    wx-button[type='primary'].button-hover { background-color: #06ae56 }
    wx-button[plain].button-hover { border-color: light-dark(rgba(53, 53, 53, .6), rgba(255, 255, 255, .4)); background-color: transparent; opacity: .7 }
    wx-button[loading]::before { content: ''; display: inline-block; box-sizing: border-box; width: 18px; height: 18px; margin-right: 8px;
      border: 2px solid currentColor; border-right-color: transparent; border-radius: 50%; vertical-align: -3px;
      animation: element-spin 1s linear infinite }
    wx-button:focus-visible { outline: 2px solid #576b95; outline-offset: 2px }
    @keyframes element-spin { to { transform: rotate(360deg) } }`,
  create(self) {
    const { dom } = self
    makeOperable(dom, 'button')
    const isOff = (): boolean => self.props.disabled
    showHover(self, 'button-hover', isOff)
    const act = (): void => {
      const { openType, formType } = self.props
      const form = formOf(dom)
      if (formType === 'submit') form?.submit(self.node)
      if (formType === 'reset') form?.reset(self.node)
      OPEN_TYPES[openType]?.(self)
    }
    // First of all listeners: a disabled button swallows the tap.
    self.on('tap', (event) => isOff() && event.stopPropagation(), { capture: true })
    self.on('tap', (event) => {
      labelIgnores(event)
      act()
    })
    return {
      activate: () => dom.click(),
      update() {
        const { type, size, plain, disabled, loading } = self.props
        dom.setAttribute('type', type)
        dom.setAttribute('size', size)
        dom.toggleAttribute('plain', plain)
        dom.toggleAttribute('disabled', disabled)
        dom.toggleAttribute('loading', loading)
        setOperable(dom, !disabled)
      },
    }
  },
})
