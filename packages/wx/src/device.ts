import { type AsyncApi, asyncApi, type ReportCallbackError } from './callbacks.ts'

export interface DeviceInfo {
  abi: string
  benchmarkLevel: number
  brand: string
  model: string
  system: string
  platform: string
}

export interface AppBaseInfo {
  SDKVersion: string
  version: string
  language: string
  theme: 'light' | 'dark'
  enableDebug: boolean
  host: { appId: string }
}

export interface WindowInfo {
  pixelRatio: number
  screenWidth: number
  screenHeight: number
  windowWidth: number
  windowHeight: number
  statusBarHeight: number
}

export type SystemInfo = DeviceInfo & AppBaseInfo & WindowInfo

export interface AccountInfo {
  miniProgram: { appId: string; envVersion: 'develop' | 'trial' | 'release'; version: string }
}

/** The calls of `wx` that describe phone and program. There is no AppPlatform, which only QQ has. */
export interface DeviceApi {
  getSystemInfoSync: () => SystemInfo
  getSystemInfo: AsyncApi<object, SystemInfo>
  getDeviceInfo: () => DeviceInfo
  getAppBaseInfo: () => AppBaseInfo
  getWindowInfo: () => WindowInfo
  getAccountInfoSync: () => AccountInfo
}

/** What a test may say about the phone; the rest is a plausible one. */
export type DeviceOptions = Partial<DeviceInfo & Pick<AppBaseInfo, 'SDKVersion' | 'version' | 'language'>>

/** Makes the device calls for the program `appid`. */
export function createDeviceApi(appid: string, options: DeviceOptions, report: ReportCallbackError): DeviceApi {
  const { SDKVersion = '3.8.0', version = '8.0.50', language = 'zh_CN', ...given } = options
  const device: DeviceInfo = {
    abi: 'arm64-v8a',
    benchmarkLevel: 30,
    brand: 'devtools',
    model: 'Cloudstead fake phone',
    system: 'iOS 17.0',
    platform: 'devtools',
    ...given,
  }
  const app: AppBaseInfo = {
    SDKVersion,
    version,
    language,
    theme: 'light',
    enableDebug: false,
    host: { appId: '' },
  }
  const window: WindowInfo = {
    pixelRatio: 3,
    screenWidth: 390,
    screenHeight: 844,
    windowWidth: 390,
    windowHeight: 753,
    statusBarHeight: 47,
  }
  const system = (): SystemInfo => ({ ...device, ...app, host: { ...app.host }, ...window })
  return {
    getSystemInfoSync: system,
    getSystemInfo: asyncApi('getSystemInfo', report, system),
    getDeviceInfo: () => ({ ...device }),
    getAppBaseInfo: () => ({ ...app, host: { ...app.host } }),
    getWindowInfo: () => ({ ...window }),
    getAccountInfoSync: () => ({ miniProgram: { appId: appid, envVersion: 'develop', version: '' } }),
  }
}
