/** A process that brings about every error with one SDK, and sends its parent what an app sees of it. */
import { createRequire } from 'node:module'
import { runInThisContext } from 'node:vm'
import nodeSdk from '@cloudbase/node-sdk'
import { answerParent } from '../support/child.ts'
import { createPhone, SDK_PACKAGES } from '../support/clients.ts'
import '../support/offline.ts'
import { connect, type Sdk } from '../support/sdk.ts'
import { APP_SITUATIONS, type AppClient } from './app-situations.ts'
import { type AppColumn, type ErrorSetup, nameOf, type Sightings, type Situation } from './columns.ts'
import { COMMON_SITUATIONS, type CommonClient } from './common-situations.ts'
import { type AdminClient, SERVER_SITUATIONS } from './server-situations.ts'
import { type Sighting, sightingOf } from './sighting.ts'

/** A code of `wx.login` that WeChat does not know. */
const UNKNOWN_CODE = 'unknown'
const SMALL = new Uint8Array(10)

await answerParent(async (setup: ErrorSetup): Promise<Sightings> => {
  const { column } = setup
  if (column.build === 'server') {
    return lookAt([...COMMON_SITUATIONS, ...SERVER_SITUATIONS], administrator(setup))
  }
  const client = column.build === 'wechat' ? onPhone(column, setup) : inNode(column, setup)
  const { error } = await client.auth.signInWithCustomTicket(async () => setup.ticket)
  if (error) throw new Error(`login failed: ${error.message}`)
  return lookAt([...COMMON_SITUATIONS, ...APP_SITUATIONS], client)
})

async function lookAt<C extends CommonClient>(situations: readonly Situation<C>[], client: C): Promise<Sightings> {
  const codeOf = runInThisContext(client.setup.codeOf) as (error: unknown) => unknown
  const sightings: Record<string, Sighting> = {}
  for (const situation of situations) {
    if (situation.where?.(client.setup.column) === false) continue
    sightings[nameOf(situation)] = await sightingOf(situation.code, () => situation.run(client), codeOf)
  }
  return sightings
}

function onPhone({ sdk, mode }: AppColumn, setup: ErrorSetup): AppClient {
  const phoneOf = (env: string) => createPhone({ ...setup.server, env }, { sdk, mode, loginCode: UNKNOWN_CODE })
  const phone = phoneOf(setup.server.env)
  const pick = (bytes: Uint8Array) => phone.device.files.add('a.png', bytes)
  return clientOf(phone, setup, pick, (env) => phoneOf(env).auth)
}

function inNode({ sdk, mode }: AppColumn, setup: ErrorSetup): AppClient {
  const loaded = createRequire(import.meta.url)(SDK_PACKAGES[sdk]) as { default?: Sdk } & Sdk
  const cloudbase = loaded.default ?? loaded
  const connected = (env: string) => connect(cloudbase, { ...setup.server, env }, { endPointMode: mode })
  // The type of the tests is that of Mini Programs, where a file is a path.
  const pick = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]) as unknown as string
  return clientOf(connected(setup.server.env), setup, pick, (env) => connected(env).auth)
}

function clientOf(
  { app, auth }: ReturnType<typeof connect>,
  setup: ErrorSetup,
  pick: AppClient['pick'],
  authOf: AppClient['authOf'],
): AppClient {
  const root = `users/${setup.customUserId}`
  const register = (host: string) => {
    app.registerEndPoint(`//${host}/web`, 'http')
    app.registerEndPointWithKey({ key: 'GATEWAY', url: `//${host}/v1`, protocol: 'http' })
  }
  return {
    app: app as AppClient['app'],
    auth,
    setup,
    root,
    pick,
    upload: async (name, bytes = SMALL) =>
      (await app.uploadFile({ cloudPath: `${root}/${name}`, filePath: pick(bytes) })).fileID,
    async at(host, call) {
      register(host)
      try {
        return await call()
      } finally {
        register(setup.server.host)
      }
    },
    authOf,
  }
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
