import { makeOperable } from './aria.ts'
import { defineElement } from './define.ts'
import { HOVER_PROPERTIES, showHover } from './hover.ts'
import { saySimulated } from './simulated.ts'

export const navigator = defineElement({
  tag: 'navigator',
  properties: {
    ...HOVER_PROPERTIES,
    hoverClass: 'navigator-hover',
    hoverStayTime: 600,
    url: '',
    openType: 'navigate',
    delta: 1,
    target: 'self',
    appId: '',
    path: '',
    extraData: null,
    version: 'release',
    shortLink: '',
  },
  css: `
    wx-navigator { display: block; height: auto; width: auto; cursor: pointer }
    wx-navigator.navigator-hover { background-color: rgba(0, 0, 0, .1); opacity: .7 }
    wx-navigator:focus-visible { outline: 2px solid #576b95 }`,
  create(self) {
    makeOperable(self.dom, 'link')
    showHover(self, 'navigator-hover')
    const { router } = self.host

    const go = (): Promise<unknown> | undefined => {
      const { url, openType, delta, target } = self.props
      if (target === 'miniProgram' || openType === 'exit') return undefined
      if (openType === 'redirect') return router.redirectTo(url)
      if (openType === 'switchTab') return router.switchTab(url)
      if (openType === 'reLaunch') return router.reLaunch(url)
      if (openType === 'navigateBack') return router.navigateBack(delta)
      return router.navigateTo(url)
    }
    self.on('tap', () => {
      const { openType } = self.props
      const api = openType === 'navigate' || openType === 'redirect' ? `${openType}To` : openType
      const going = go()
      if (going === undefined) {
        saySimulated(self.host, { en: 'Another Mini Program would open, or this one close', zh: '将跳转或退出小程序' })
        return
      }
      going.then(
        () => {
          self.emit('success', { errMsg: `${api}:ok` })
          self.emit('complete', { errMsg: `${api}:ok` })
        },
        (reason: unknown) => {
          const errMsg = `${api}:fail ${reason instanceof Error ? reason.message : String(reason)}`
          self.emit('fail', { errMsg })
          self.emit('complete', { errMsg })
        },
      )
    })
    return {}
  },
})
