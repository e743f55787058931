import { type AsyncApi, asyncApi, type ReportCallbackError } from './callbacks.ts'

/** The appid of a program that is not registered with WeChat. */
export const DEFAULT_APPID = 'wxdev0000000000000'

interface DeviceInfo {
  abi: string
  benchmarkLevel: number
  brand: string
  model: string
  system: string
  platform: string
}

interface AppBaseInfo {
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
  /** The area that is not covered by notch and home bar. */
  safeArea: { left: number; right: number; top: number; bottom: number; width: number; height: number }
  /** Distance of the window from the top of the screen. */
  screenTop: number
}

type SystemInfo = DeviceInfo & AppBaseInfo & WindowInfo

interface AccountInfo {
  miniProgram: { appId: string; envVersion: 'develop' | 'trial' | 'release'; version: string }
}

/** The calls of `wx` that describe phone and program. Without AppPlatform, which only QQ has. */
export interface DeviceApi {
  getSystemInfoSync: () => SystemInfo
  getSystemInfo: AsyncApi<object, SystemInfo>
  getDeviceInfo: () => DeviceInfo
  getAppBaseInfo: () => AppBaseInfo
  getWindowInfo: () => WindowInfo
  getAccountInfoSync: () => AccountInfo
}

/** The properties of the phone that a test can set; the others have plausible values. */
export type DeviceOptions = Partial<DeviceInfo & Pick<AppBaseInfo, 'SDKVersion' | 'version' | 'language'>>

/** The properties of the display, which may change while a program runs. */
export interface Display {
  window: () => WindowInfo
  theme: () => 'light' | 'dark'
}

/** A display of 390 by 844 points with a notch, in the light theme. */
export const FIXED_DISPLAY: Display = {
  window: () => ({
    pixelRatio: 3,
    screenWidth: 390,
    screenHeight: 844,
    windowWidth: 390,
    windowHeight: 753,
    statusBarHeight: 47,
    safeArea: { left: 0, right: 390, top: 47, bottom: 810, width: 390, height: 763 },
    screenTop: 91,
  }),
  theme: () => 'light',
}

/** Makes the device calls for the program `appid`. */
export function createDeviceApi(
  appid: string,
  options: DeviceOptions,
  report: ReportCallbackError,
  display: Display = FIXED_DISPLAY,
): DeviceApi {
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
  const app = (): AppBaseInfo => ({
    SDKVersion,
    version,
    language,
    theme: display.theme(),
    enableDebug: false,
    host: { appId: '' },
  })
  const system = (): SystemInfo => ({ ...device, ...app(), ...display.window() })
  return {
    getSystemInfoSync: system,
    getSystemInfo: asyncApi('getSystemInfo', report, system),
    getDeviceInfo: () => ({ ...device }),
    getAppBaseInfo: app,
    getWindowInfo: display.window,
    getAccountInfoSync: () => ({ miniProgram: { appId: appid, envVersion: 'develop', version: '' } }),
  }
}
