import { createListeners } from './listeners.ts'
import type { Wechat } from './wechat.ts'

/** Whether the program can be seen. WeChat ends transfers a few seconds after it is hidden. */
export interface Foreground {
  readonly hidden: boolean
  /** How often it was hidden so far. */
  readonly hides: number
  /** Called each time the program can be seen again. Returns the way to stop that. */
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
    shown.tell()
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
