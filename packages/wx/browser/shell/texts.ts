import type { HarnessOptions } from '../contracts.ts'

const EN = {
  banner: 'Browser harness, not WeChat.',
  bannerMore: 'It proves nothing about iOS, Android, review or domain lists.',
  user: 'User',
  userHint: 'Press Enter to open the program as this simulated user',
  network: 'Network',
  networkNone: 'Full speed',
  networkSlow: 'Slow 3G',
  networkOffline: 'Offline',
  toBackground: 'To background',
  toForeground: 'Back to the app',
  inBackground: 'The app is in the background',
  dark: 'Dark mode',
  darkOff: 'app.json does not say "darkmode": true',
  reload: 'Restart',
  errors: 'Errors',
  clear: 'Clear',
  share: 'Share',
  cannotShare: 'This page has no onShareAppMessage',
  shared: 'Shared',
  close: 'Close',
  back: 'Back',
  home: 'Home',
  menu: 'More',
  buildFailed: 'The program does not build',
  pageNotFound: 'There is no such page',
  pageBroken: 'The script of this page did not load',
}

export type Texts = typeof EN

const ZH: Texts = {
  banner: '浏览器模拟环境，不是微信。',
  bannerMore: '不能代替真机、审核与域名校验。',
  user: '用户',
  userHint: '按回车，以这个虚构用户打开',
  network: '网络',
  networkNone: '不限速',
  networkSlow: '弱网（慢速 3G）',
  networkOffline: '断网',
  toBackground: '切到后台',
  toForeground: '回到小程序',
  inBackground: '小程序在后台',
  dark: '深色模式',
  darkOff: 'app.json 没有 "darkmode": true',
  reload: '重新启动',
  errors: '错误',
  clear: '清除',
  share: '转发',
  cannotShare: '此页没有 onShareAppMessage',
  shared: '已转发',
  close: '关闭',
  back: '返回',
  home: '首页',
  menu: '更多',
  buildFailed: '编译失败',
  pageNotFound: '页面不存在',
  pageBroken: '这个页面的脚本没有加载成功',
}

export function textsFor(language: HarnessOptions['language']): Texts {
  return language === 'en' ? EN : ZH
}
