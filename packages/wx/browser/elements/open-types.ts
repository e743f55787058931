import type { ElementSelf, Properties } from './define.ts'
import { saySimulated } from './simulated.ts'

type Act = (self: Pick<ElementSelf<Properties>, 'host' | 'emit'>) => void

/**
 * The actions of buttons with an `open-type`. Nothing reaches WeChat: the program gets the events of a success, with
 * obviously fake values.
 */
export const OPEN_TYPES: Readonly<Record<string, Act>> = {
  contact: ({ host, emit }) => {
    saySimulated(host, { en: 'Customer service would open', zh: '将打开客服会话' })
    emit('contact', { errMsg: 'enterContact:ok', path: '', query: {} })
  },
  share: ({ host }) => saySimulated(host, { en: 'WeChat would offer to share this page', zh: '将转发此页面' }),
  getPhoneNumber: ({ host, emit }) => {
    saySimulated(host, { en: 'The user has allowed the phone number', zh: '用户已允许使用手机号' })
    emit('getphonenumber', { errMsg: 'getPhoneNumber:ok', code: 'simulated-phone-number-code' })
  },
  getRealtimePhoneNumber: ({ host, emit }) => {
    saySimulated(host, { en: 'The user has allowed the phone number', zh: '用户已允许使用手机号' })
    emit('getrealtimephonenumber', { errMsg: 'getRealtimePhoneNumber:ok', code: 'simulated-phone-number-code' })
  },
  getUserInfo: ({ emit }) =>
    emit('getuserinfo', {
      errMsg: 'getUserInfo:ok',
      rawData: '{"nickName":"微信用户"}',
      userInfo: { nickName: '微信用户', avatarUrl: '', gender: 0, country: '', province: '', city: '', language: '' },
    }),
  openSetting: ({ host, emit }) => {
    saySimulated(host, { en: 'The settings would open', zh: '将打开授权设置页' })
    emit('opensetting', { errMsg: 'openSetting:ok', authSetting: {} })
  },
  launchApp: ({ host, emit }) => {
    saySimulated(host, { en: 'No app can be opened from here', zh: '此处无法打开 App' })
    emit('error', { errMsg: 'launchApp:fail not simulated' })
  },
  feedback: ({ host }) => saySimulated(host, { en: 'The feedback page would open', zh: '将打开意见反馈页' }),
  chooseAvatar: ({ emit }) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = 'image/*'
    input.addEventListener('change', () => {
      const file = input.files?.[0]
      if (file !== undefined) emit('chooseavatar', { avatarUrl: URL.createObjectURL(file) })
    })
    input.click()
  },
  agreePrivacyAuthorization: ({ emit }) =>
    emit('agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' }),
}
