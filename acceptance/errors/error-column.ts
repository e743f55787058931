/** A process that brings about every error with one SDK, and sends its parent what an app sees of it. */
import { createRequire } from 'node:module'
import { runInThisContext } from 'node:vm'
import nodeSdk from '@cloudbase/node-sdk'
import { answerParent } from '../support/child.ts'
import { createPhone, SDK_PACKAGES } from '../support/clients.ts'
import '../support/foreign-name.ts'
import '../support/offline.ts'
import type { Sdk } from '../support/sdk.ts'
import { clientOf, connected, lookAt, lookAtApp } from './app-client.ts'
import type { AppClient } from './app-situations.ts'
import type { AppColumn, ErrorSetup, Sightings } from './columns.ts'
import { COMMON_SITUATIONS } from './common-situations.ts'
import { FUNCTION_SITUATIONS } from './function-situations.ts'
import { type AdminClient, SERVER_SITUATIONS } from './server-situations.ts'

/** A code of `wx.login` that WeChat does not know. */
const UNKNOWN_CODE = 'unknown'
const SMALL = new Uint8Array(10)

await answerParent(async (setup: ErrorSetup): Promise<Sightings> => {
  const { column } = setup
  const codeOf = runInThisContext(setup.codeOf) as (error: unknown) => unknown
  if (column.build === 'server') {
    return lookAt([...COMMON_SITUATIONS, ...FUNCTION_SITUATIONS, ...SERVER_SITUATIONS], administrator(setup), codeOf)
  }
  return lookAtApp(column.build === 'wechat' ? onPhone(column, setup) : inNode(column, setup), codeOf)
})

function onPhone({ sdk, mode }: AppColumn, setup: ErrorSetup): AppClient {
  const phoneOf = (env: string) => createPhone({ ...setup.server, env }, { sdk, mode, loginCode: UNKNOWN_CODE })
  const phone = phoneOf(setup.server.env)
  const pick = (bytes: Uint8Array) => phone.device.files.add('a.png', bytes)
  return clientOf(phone, setup, pick, (env) => phoneOf(env).auth)
}

function inNode({ sdk, mode }: AppColumn, setup: ErrorSetup): AppClient {
  const loaded = createRequire(import.meta.url)(SDK_PACKAGES[sdk]) as { default?: Sdk } & Sdk
  const pick = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>])
  return connected(loaded.default ?? loaded, { ...setup, mode }, pick)
}

function administrator(setup: ErrorSetup, options: object = {}): AdminClient {
  const { secretId, secretKey } = setup.apiKey
  const root = 'administrator'
  const app = nodeSdk.init({
    ...{ env: setup.server.env, serviceUrl: `${setup.server.url}/admin`, secretId, secretKey },
    ...options,
  })
  return {
    app: app as unknown as AdminClient['app'],
    setup,
    root,
    upload: async (name, bytes = SMALL) =>
      (await app.uploadFile({ cloudPath: `${root}/${name}`, fileContent: Buffer.from(bytes) })).fileID,
    with: (others) => administrator(setup, others),
  }
}
