/** The unmodified official clients, configured for a running server as documented. */

import nodeSdk from '@cloudbase/node-sdk'
import { createMiniProgramRuntime, createWx, type WxInstance, type WxOptions } from '@cloudstead/wx'
import './offline.ts'
import { type App, type Auth, connect, type EndPointMode, type Sdk, type SdkLine } from './sdk.ts'
import type { ApiKey, LoginKey, RunningServer } from './server.ts'

/** `built-in`: the adapter in the SDK's Mini Program build. `separate`: a separate copy of `@cloudbase/adapter-wx_mp`. */
export type Arrangement = 'built-in' | 'separate'
/** Where each version of the SDK is installed. */
export const SDK_PACKAGES: Readonly<Record<SdkLine, string>> = {
  '2.27.2': '@cloudbase/js-sdk',
  '2.28.8': '@cloudbase/js-sdk-2.28',
  '2.32.0': '@cloudbase/js-sdk-2.32',
  '3.3.3': '@cloudbase/js-sdk-3.3',
  '3.7.0': '@cloudbase/js-sdk-3',
}

export interface PhoneOptions {
  readonly sdk?: SdkLine
  readonly arrangement?: Arrangement
  /** Default: CLOUD_API, for all versions. */
  readonly mode?: EndPointMode
  /** The code of `wx.login`. */
  readonly loginCode?: string
  readonly wx?: WxOptions
  /** Merged into the options of `init`. */
  readonly init?: Readonly<Record<string, unknown>>
}

/** A phone: a Mini Program runtime with the SDK. */
export interface Phone {
  readonly app: App
  readonly auth: Auth
  readonly device: WxInstance
  /** Stops the timers of the SDK. */
  dispose(): void
}

export function createPhone(server: Pick<RunningServer, 'host' | 'env'>, options: PhoneOptions = {}): Phone {
  const { sdk = '2.27.2', arrangement = 'built-in', mode = 'CLOUD_API' } = options
  const device = createWx({
    ...(options.loginCode === undefined ? {} : { loginCode: options.loginCode }),
    ...options.wx,
  })
  const runtime = createMiniProgramRuntime({
    wx: device.wx,
    Page: device.Page,
    App: device.App,
    resolveFrom: import.meta.dirname,
  })
  const loaded = runtime.require<{ default?: Sdk } & Sdk>(SDK_PACKAGES[sdk])
  const cloudbase = loaded.default ?? loaded
  if (arrangement === 'separate') {
    const adapter = runtime.require<{ default?: unknown }>('@cloudbase/adapter-wx_mp')
    cloudbase.useAdapters(adapter.default ?? adapter)
  }
  const { app, auth } = connect(cloudbase, server, { endPointMode: mode, ...options.init })
  return { app, auth, device, dispose: () => runtime.dispose() }
}

/** `createTicket` of the official server SDK, with a key from `cloudstead keys login`. */
export function createTicket(key: LoginKey, customUserId: string): string {
  const app = nodeSdk.init({ env: key.env_id, credentials: key })
  return app.auth().createTicket(customUserId)
}

/** The official server SDK as administrator, with signatures or an api key. */
export function createAdmin(
  server: Pick<RunningServer, 'url' | 'env'>,
  key: ApiKey,
  by: 'signature' | 'apiKey' = 'signature',
) {
  const credentials = by === 'apiKey' ? { accessKey: key.apiKey } : { secretId: key.secretId, secretKey: key.secretKey }
  return nodeSdk.init({ env: server.env, serviceUrl: `${server.url}/admin`, ...credentials })
}

export async function loginByTicket(phone: Phone, key: LoginKey, customUserId: string): Promise<Identity> {
  const { error } = await phone.auth.signInWithCustomTicket(async () => createTicket(key, customUserId))
  if (error) throw new Error(`login failed: ${error.message}`)
  return identity(phone)
}

export async function loginByOpenId(phone: Phone): Promise<Identity> {
  const { error } = await phone.auth.signInWithOpenId({ useWxCloud: false })
  if (error) throw new Error(`login failed: ${error.message}`)
  return identity(phone)
}

export async function loginAnonymously(phone: Phone): Promise<Identity> {
  const { error } = await phone.auth.signInAnonymously({})
  if (error) throw new Error(`login failed: ${error.message}`)
  return identity(phone)
}

export interface Identity {
  readonly uid: string
  /** The WeChat openid of a WeChat login. */
  readonly openid: string | undefined
}

async function identity(phone: Phone): Promise<Identity> {
  const state = await phone.auth.getLoginState()
  if (state === null) throw new Error('no login state after the login')
  const appid = phone.device.wx.getAccountInfoSync().miniProgram.appId
  const openid = state.user.providers?.find((provider) => provider.id === appid)?.provider_user_id
  return { uid: state.user.uid, openid }
}
