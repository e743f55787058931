/** Compiles only if WeChat's official declarations have what the kit uses of `wx`. */
import type { Wechat } from './src/wechat.ts'

const official: Wechat = wx
export default official
