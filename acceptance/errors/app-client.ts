/** Looks at the errors of an SDK. Runs in Node and in browsers. */
import { connect, type Sdk } from '../support/sdk.ts'
import { APP_SITUATIONS, type AppClient } from './app-situations.ts'
import { type ErrorSetup, nameOf, type Sightings, type Situation } from './columns.ts'
import { COMMON_SITUATIONS, type CommonClient } from './common-situations.ts'
import { FUNCTION_SITUATIONS } from './function-situations.ts'
import { type Sighting, sightingOf } from './sighting.ts'

/** A small file. */
const SMALL = new Uint8Array(10)

type CodeOf = (error: unknown) => unknown

/** Logs in and brings about every error of an app. @param codeOf the function of the docs */
export async function lookAtApp(client: AppClient, codeOf: CodeOf): Promise<Sightings> {
  const { error } = await client.auth.signInWithCustomTicket(async () => client.setup.ticket)
  if (error) throw new Error(`login failed: ${error.message}`)
  return lookAt([...COMMON_SITUATIONS, ...FUNCTION_SITUATIONS, ...APP_SITUATIONS], client, codeOf)
}

export async function lookAt<C extends CommonClient>(
  situations: readonly Situation<C>[],
  client: C,
  codeOf: CodeOf,
): Promise<Sightings> {
  const sightings: Record<string, Sighting> = {}
  for (const situation of situations) {
    if (situation.where?.(client.setup.column) === false) continue
    sightings[nameOf(situation)] = await sightingOf(situation.code, () => situation.run(client), codeOf)
  }
  return sightings
}

/** The SDK outside Mini Programs. @param pick makes a picked file of bytes */
export function connected(
  cloudbase: Sdk,
  setup: ErrorSetup & { readonly mode: string },
  pick: (bytes: Uint8Array) => unknown,
): AppClient {
  const connectTo = (env: string) => connect(cloudbase, { ...setup.server, env }, { endPointMode: setup.mode })
  // The type of the tests is that of Mini Programs, where a file is a path.
  return clientOf(connectTo(setup.server.env), setup, pick as AppClient['pick'], (env) => connectTo(env).auth)
}

export function clientOf(
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
