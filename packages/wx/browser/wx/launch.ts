import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../src/shared/callbacks.ts'
import type { HarnessOptions, Host } from '../contracts.ts'

interface LaunchInfo {
  path: string
  query: Record<string, string>
  scene: number
  referrerInfo: object
  apiCategory: 'default'
}

/** The calls of `wx` that return how the program was launched. */
export interface LaunchApi {
  getLaunchOptionsSync: () => LaunchInfo
  getEnterOptionsSync: () => LaunchInfo
  getExtConfigSync: () => Record<string, unknown>
  getExtConfig: AsyncApi<object, { extConfig: Record<string, unknown> }>
}

/** Makes the calls that return how the program was launched. */
export function createLaunchApi(host: Host, options: HarnessOptions, report: ReportCallbackError): LaunchApi {
  const launch = (): LaunchInfo => ({
    path: host.launch.path,
    query: { ...host.launch.query },
    scene: host.launch.scene,
    referrerInfo: {},
    apiCategory: 'default',
  })
  const extConfig = (): Record<string, unknown> => ({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.env === undefined ? {} : { env: options.env }),
  })
  return {
    getLaunchOptionsSync: launch,
    getEnterOptionsSync: launch,
    getExtConfigSync: extConfig,
    getExtConfig: asyncApi('getExtConfig', report, () => ({ extConfig: extConfig() })),
  }
}
