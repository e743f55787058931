/** Compiles only while WeChat's official declarations offer what the kit uses of `wx`. */
import type { Wechat } from './src/wechat.ts'

const official: Wechat = wx
export default official
