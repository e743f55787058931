import { createListeners } from './listeners.ts'
import type { Wechat } from './wechat.ts'

/** Whether the program is visible. WeChat ends transfers a few seconds after it is hidden. */
export interface Foreground {
  readonly hidden: boolean
  /** How often the program has been hidden. */
  readonly hides: number
  /** Calls `listener` each time the program becomes visible again. Returns a function that removes it. */
  onShow(listener: () => void): () => void
}

export function watchForeground(wx: Pick<Wechat, 'onAppHide' | 'onAppShow'>): Foreground {
  const shown = createListeners()
  let hidden = false
  let hides = 0
  wx.onAppHide(() => {
    hidden = true
    hides += 1
  })
  wx.onAppShow(() => {
    hidden = false
    shown.notify()
  })
  return {
    get hidden() {
      return hidden
    },
    get hides() {
      return hides
    },
    onShow: shown.add,
  }
}
