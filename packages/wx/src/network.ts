import { asyncApi, type ReportCallbackError } from './callbacks.ts'
import { WxFailure } from './failure.ts'
import { Listeners } from './listeners.ts'
import type { NetworkConditions, NetworkLane } from './network-lane.ts'
import type { Sockets } from './socket.ts'
import type { NetworkApi, NetworkStatus } from './wx.ts'

/** The network of one program: its calls, and what happens to all of them at once. */
export interface Network {
  api: NetworkApi
  change: (conditions: Partial<NetworkConditions>) => void
  suspend: () => void
  resume: () => void
  end: () => void
}

/** The calls as a platform makes them. */
export interface NetworkCalls extends Pick<NetworkApi, 'request' | 'uploadFile' | 'downloadFile'> {
  sockets: Sockets
}

/** Puts the calls of a platform together with what tells of, and changes, the state of the line. */
export function createNetwork(lane: NetworkLane, report: ReportCallbackError, calls: NetworkCalls): Network {
  const { sockets, ...transfers } = calls
  const changed = new Listeners<NetworkStatus>(report)
  return {
    api: {
      ...transfers,
      connectSocket: sockets.connect,
      getNetworkType: asyncApi('getNetworkType', report, () => ({ networkType: lane.conditions.type })),
      onNetworkStatusChange: changed.on,
      offNetworkStatusChange: changed.off,
    },
    change: (conditions) => {
      const before = lane.conditions.type
      lane.change(conditions)
      const { type } = lane.conditions
      if (type === 'none') sockets.breakAll('network is down')
      if (type !== before) changed.emit({ isConnected: type !== 'none', networkType: type })
    },
    suspend: () => {
      lane.suspend()
      sockets.breakAll('interrupted')
    },
    resume: () => lane.resume(),
    end: () => {
      lane.failAll(new WxFailure('abort'))
      sockets.breakAll('the program ended')
    },
  }
}

/** Downloads `url` for another call of `wx`, which fails for the same reason when the download does. */
export function downloadToTemp(api: NetworkApi, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    api.downloadFile({
      url,
      success: ({ tempFilePath, statusCode }) => {
        if (tempFilePath === undefined || statusCode !== 200)
          reject(new WxFailure(`download failed, status ${statusCode}`))
        else resolve(tempFilePath)
      },
      fail: ({ errMsg, errno }) => reject(new WxFailure(errMsg.replace(/^downloadFile:fail /, ''), errno)),
    })
  })
}
