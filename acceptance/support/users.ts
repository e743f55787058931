/** People with a phone each, logged in, and what tests do as them. */
import {
  type App,
  type Auth,
  createPhone,
  loginAnonymously,
  loginByOpenId,
  loginByTicket,
  type Phone,
  type PhoneOptions,
  type UrlItem,
} from './clients.ts'
import type { LoginKey, RunningServer } from './server.ts'

/** How somebody logs in: by a ticket for this custom id, by the code of `wx.login`, or as nobody in particular. */
export type LoginAs = { readonly key: LoginKey; readonly id: string } | { readonly code: string } | 'anonymous'

export interface User {
  readonly phone: Phone
  readonly app: App
  readonly auth: Auth
  /** What names this user in a cloudPath: the openid of WeChat, else the custom id, else the uid. */
  readonly openid: string
  readonly uid: string
  /** Resolves to the fileID. */
  upload(cloudPath: string, bytes: Uint8Array, method?: 'put' | 'post'): Promise<string>
  /** What getTempFileURL says about one file. */
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
      if (item === undefined) throw new Error('getTempFileURL answered an empty list')
      return item
    },
  }
}

function logIn(phone: Phone, as: LoginAs) {
  if (as === 'anonymous') return loginAnonymously(phone)
  return 'code' in as ? loginByOpenId(phone) : loginByTicket(phone, as.key, as.id)
}
