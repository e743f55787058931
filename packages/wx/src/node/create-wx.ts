import { AppLifecycle, INTERRUPT_AFTER_MS } from '../shared/app-lifecycle.ts'
import { toArrayBuffer } from '../shared/bytes.ts'
import { callSafely, type ReportCallbackError } from '../shared/callbacks.ts'
import { createDeviceApi, DEFAULT_APPID, type DeviceOptions } from '../shared/device.ts'
import { USER_DATA_PATH } from '../shared/file-paths.ts'
import { createLoginApi } from '../shared/login.ts'
import { createNetwork, downloadToTemp } from '../shared/network.ts'
import { Privacy, type PrivacyState } from '../shared/privacy.ts'
import { createStorageApi, PhoneStorage } from '../shared/storage.ts'
import { type NetworkConditions, TransferQueue } from '../shared/transfer-queue.ts'
import { createFileSystemManager } from './file-system-manager.ts'
import { httpSender } from './http-sender.ts'
import { type Album, createMediaApi } from './media.ts'
import { createUiApi, type UiRecord } from './ui.ts'
import { type FileRegistry, VirtualFiles } from './virtual-files.ts'
import type { Wx } from './wx.ts'

const DEFAULT_LOGIN_CODE = 'dev:tester'
const USER_AGENT = 'Mozilla/5.0 (fake) MicroMessenger/8.0.50 MiniProgramEnv/Cloudstead'

/** The properties of the simulated phone, program and user. */
export interface WxOptions {
  /** Default `wxdev0000000000000`. */
  appid?: string
  /** The code of wx.login, such as `dev:alice`; a function is called at every login and may throw to make it fail. */
  loginCode?: string | (() => string)
  /** The files in the album, for chooseMedia; default empty. */
  media?: Album['files']
  /** What the user does in the picker; default `ok`. */
  chooseMedia?: Album['outcome']
  /** Default `ok`. */
  compressImage?: Album['compressImage']
  /** Default `granted`. */
  privacy?: PrivacyState
  /** The initial storage; see `WxInstance.storageSnapshot`. */
  storage?: Record<string, unknown>
  /** A real folder for the program's own and saved files, which then survive a simulated restart. */
  userDataDir?: string
  /** Default `http://tmp/`, as in WeChat's developer tools; phones have other prefixes, such as `wxfile://tmp_`. */
  tempPathPrefix?: string
  /** Brand, model, platform and so on. */
  device?: DeviceOptions
  /** How long after `background()` unfinished network calls fail; default 5,000 ms, as in WeChat. */
  interruptAfterMs?: number
  /** The user's answer to wx.showModal; default true. */
  confirmModal?: boolean
  /** Limit of the program's own and saved files; default 200 MiB, as in WeChat. */
  userFilesQuotaBytes?: number
  /** Receives the exceptions of the program's callbacks; default console.error. */
  onCallbackError?: ReportCallbackError
}

/** The global `Page` and `App` of a Mini Program; here they do nothing. */
export type Registrar = (options: object) => void

/** A simulated phone with one program. Instances share nothing, so one process can have several users. */
export interface WxInstance {
  wx: Wx
  Page: Registrar
  App: Registrar
  /** The files on the phone. */
  files: FileRegistry
  /** The calls that show something to the user, oldest first. */
  readonly ui: readonly UiRecord[]
  /** Number of running request, uploadFile and downloadFile calls; at most 10. */
  readonly inFlight: number
  /** Defines wx, Page and App on globalThis; the returned function restores the previous values. */
  install(): () => void
  /** Hides the program: onAppHide; after `interruptAfterMs` unfinished network calls fail with `interrupted`. */
  background(): void
  /** Shows the program: resumes the network, then onAppShow. */
  foreground(): void
  /** Changes the network, for example `setNetwork({ type: 'none' })` or `setNetwork({ latencyMs: 300 })`. */
  setNetwork(conditions: Partial<NetworkConditions>): void
  /** Changes the album or the behaviour of the user in the picker. */
  setAlbum(album: Partial<Album>): void
  setPrivacy(state: PrivacyState): void
  /** All stored keys and values; pass it as `storage` to a new instance to simulate a restart. */
  storageSnapshot(): Record<string, unknown>
  /** Ends all transfers and sockets, and removes temporary files. */
  dispose(): void
}

/**
 * Creates a simulated phone.
 *
 * @example
 * const phone = createWx({ loginCode: 'dev:alice', media: ['test/photo.jpg'] })
 * const { tempFiles } = await phone.wx.chooseMedia({ mediaType: ['image'] })
 */
export function createWx(options: WxOptions = {}): WxInstance {
  const report = options.onCallbackError ?? ((error) => console.error('MiniProgramError', error))
  const appid = options.appid ?? DEFAULT_APPID
  const queue = new TransferQueue()
  const files = new VirtualFiles({
    tempPrefix: options.tempPathPrefix ?? 'http://tmp/',
    userDataDir: options.userDataDir,
  })
  const storage = new PhoneStorage(options.storage)
  const privacy = new Privacy(options.privacy ?? 'granted', report)
  const album: Album = {
    files: options.media ?? [],
    outcome: options.chooseMedia ?? 'ok',
    compressImage: options.compressImage ?? 'ok',
  }
  const ui: UiRecord[] = []
  const network = createNetwork(
    { queue, sender: httpSender, files, identity: { appid, userAgent: USER_AGENT }, report },
    (url, protocols, headers) => new WebSocket(url, { protocols, headers }),
  )
  const lifecycle = new AppLifecycle(network, options.interruptAfterMs ?? INTERRUPT_AFTER_MS, report)
  const fileSystemManager = createFileSystemManager(files, report, options.userFilesQuotaBytes)

  const wx: Wx = {
    ...network.api,
    ...createStorageApi(storage, report),
    ...createMediaApi({ files, album, privacy, report, download: (url) => downloadToTemp(network.api, url) }),
    ...privacy.api,
    ...createLoginApi(options.loginCode ?? DEFAULT_LOGIN_CODE, report),
    ...createDeviceApi(appid, options.device ?? {}, report),
    ...createUiApi(ui, () => options.confirmModal ?? true, report),
    ...lifecycle.api,
    env: { USER_DATA_PATH },
    getFileSystemManager: () => fileSystemManager,
    canIUse: (schema) => Object.hasOwn(wx, String(schema).split('.')[0] ?? ''),
    nextTick: (callback) => void setImmediate(() => callSafely(report, callback)),
    base64ToArrayBuffer: (base64) => toArrayBuffer(Buffer.from(base64, 'base64')),
    arrayBufferToBase64: (buffer) => Buffer.from(buffer).toString('base64'),
  }

  const instance: WxInstance = {
    wx,
    Page: () => undefined,
    App: () => undefined,
    files,
    ui,
    get inFlight() {
      return queue.inFlight
    },
    install: () => install({ wx, Page: instance.Page, App: instance.App }),
    background: () => lifecycle.background(),
    foreground: () => lifecycle.foreground(),
    setNetwork: (conditions) => network.change(conditions),
    setAlbum: (change) => void Object.assign(album, change),
    setPrivacy: (state) => {
      privacy.state = state
    },
    storageSnapshot: () => storage.snapshot(),
    dispose: () => {
      lifecycle.dispose()
      network.end()
      files.dispose()
    },
  }
  return instance
}

function install(globals: Record<string, unknown>): () => void {
  const before = Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: true })
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name)
      else Object.defineProperty(globalThis, name, descriptor)
    }
  }
}
