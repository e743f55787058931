/** A process that runs all probes with one server SDK, directed by its environment variables, and sends the results to its parent. */
import { createRequire } from 'node:module'
import { answerParent } from '../support/child.ts'
import '../support/offline.ts'
import { runProbes } from './probe.ts'
import { isWx, type ServerSetup } from './server-columns.ts'
import { SERVER_PROBES, type ServerApp } from './server-probes.ts'
import { asNodeSdk, type WxCloud } from './wx-server.ts'

interface NodeSdk {
  init(options: object): ServerApp
}
interface WxSdk {
  createNewInstance(options: object): WxCloud
}

await answerParent(async (setup: ServerSetup) => {
  const { column, server, collection, customUserId } = setup
  const sdk = createRequire(import.meta.url)(column.packageName) as NodeSdk & WxSdk
  const key = column.by === 'key' ? { accessKey: setup.apiKey.apiKey } : {}
  const app = isWx(column)
    ? asNodeSdk(sdk.createNewInstance({ env: server.env }))
    : sdk.init({ env: server.env, credentials: setup.loginKey, ...key })
  return runProbes(SERVER_PROBES, { app, sdk, root: collection, ...server, collection, customUserId })
})
