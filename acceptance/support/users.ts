/** Logged-in users with a phone each. */
import {
  createPhone,
  loginAnonymously,
  loginByOpenId,
  loginByTicket,
  type Phone,
  type PhoneOptions,
} from './clients.ts'
import type { App, Auth, UrlItem } from './sdk.ts'
import type { LoginKey, RunningServer } from './server.ts'

/** How a user logs in: with a ticket for this custom id, with the code of `wx.login`, or anonymously. */
export type LoginAs = { readonly key: LoginKey; readonly id: string } | { readonly code: string } | 'anonymous'

export interface User {
  readonly phone: Phone
  readonly app: App
  readonly auth: Auth
  /** The id of this user in a cloudPath: the openid of WeChat, or else the custom id, or else the uid. */
  readonly openid: string
  readonly uid: string
  /** Resolves to the fileID. */
  upload(cloudPath: string, bytes: Uint8Array, method?: 'put' | 'post'): Promise<string>
  /** The item of getTempFileURL for one file. */
  urlOf(fileID: string, maxAge?: number): Promise<UrlItem>
}

export async function createUser(server: RunningServer, as: LoginAs, options: PhoneOptions = {}): Promise<User> {
  const withCode = typeof as === 'object' && 'code' in as ? { ...options, loginCode: as.code } : options
  const phone = createPhone(server, withCode)
  const { uid, openid = uid } = await logIn(phone, as)
  return {
    phone,
    app: phone.app,
    auth: phone.auth,
    openid,
    uid,
    async upload(cloudPath, bytes, method = 'put') {
      const filePath = phone.device.files.add('file.bin', bytes)
      return (await phone.app.uploadFile({ cloudPath, filePath, method })).fileID
    },
    async urlOf(fileID, maxAge) {
      const { fileList } = await phone.app.getTempFileURL({
        fileList: [maxAge === undefined ? fileID : { fileID, maxAge }],
      })
      const [item] = fileList
      if (item === undefined) throw new Error('getTempFileURL returned an empty list')
      return item
    },
  }
}

function logIn(phone: Phone, as: LoginAs) {
  if (as === 'anonymous') return loginAnonymously(phone)
  return 'code' in as ? loginByOpenId(phone) : loginByTicket(phone, as.key, as.id)
}
