/** Runs all probes with one server SDK, in a process of its own or in a function. */
import { type ProbeResults, runProbes } from './probe.ts'
import { isWx, type ServerSetup } from './server-columns.ts'
import { SERVER_PROBES, type ServerApp } from './server-probes.ts'
import { asNodeSdk, type WxCloud } from './wx-server.ts'

/** The module of an SDK. */
export interface ServerSdk {
  readonly SYMBOL_CURRENT_ENV: symbol
  readonly DYNAMIC_CURRENT_ENV: symbol
  /** Of node-sdk. */
  init(options: object): ServerApp
  /** Of wx-server-sdk. */
  createNewInstance(options: object): WxCloud
}

export async function runServerColumn(sdk: ServerSdk, setup: ServerSetup): Promise<ProbeResults> {
  const { column, server, collection, customUserId } = setup
  const inFunction = column.by === 'function'
  const key = column.by === 'key' ? { accessKey: setup.apiKey.apiKey } : {}
  const app = isWx(column)
    ? asNodeSdk(sdk.createNewInstance({ env: inFunction ? sdk.DYNAMIC_CURRENT_ENV : server.env }))
    : sdk.init({ env: inFunction ? sdk.SYMBOL_CURRENT_ENV : server.env, credentials: setup.loginKey, ...key })
  return runProbes(SERVER_PROBES, { app, sdk, root: collection, ...server, collection, customUserId })
}
