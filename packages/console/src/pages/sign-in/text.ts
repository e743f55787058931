import { texts } from '../../i18n/texts.ts'

export const t = texts({
  en: {
    title: 'Sign in',
    language: 'Language',
    environment: 'Environment ID',
    secret: 'Password or API key',
    signIn: 'Sign in',
    signingIn: 'Signing in',
    missing: 'Enter the password or an API key.',
    linkTitle: 'No password yet?',
    linkText: 'Open the one-time link that the terminal showed when the server started, or create a new one with',
  },
  zh: {
    title: '登录',
    language: '语言',
    environment: '环境 ID',
    secret: '密码或 API 密钥',
    signIn: '登录',
    signingIn: '正在通过链接登录',
    missing: '请输入密码或 API 密钥。',
    linkTitle: '还没有密码？',
    linkText: '请打开服务器启动时终端打印的一次性链接，或者用以下命令生成新的链接：',
  },
})
