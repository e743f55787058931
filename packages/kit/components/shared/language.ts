/** A text in the two languages of the kit. */
export interface Text {
  readonly zh: string
  readonly en: string
}

/** The language of WeChat: Chinese for every variant of Chinese, English otherwise. */
export function systemLanguage(): keyof Text {
  // getAppBaseInfo came with base library 2.20.1.
  const { language } = wx.getAppBaseInfo === undefined ? wx.getSystemInfoSync() : wx.getAppBaseInfo()
  return language.startsWith('zh') ? 'zh' : 'en'
}
