/** Runs all probes with one SDK. In Node and in browsers; in Mini Programs the phones of the other tests do the same. */
import { type App, connect, type EndPointMode, type Sdk } from '../support/sdk.ts'
import { authProbes } from './auth-probes.ts'
import { commandProbes, databaseProbes, geoProbes } from './database-probes.ts'
import { functionProbes } from './function-probes.ts'
import { objectProbes } from './object-probes.ts'
import { type Client, type ProbeResults, type Probes, runProbes } from './probe.ts'
import { appProbes, classicProbes } from './storage-probes.ts'

export const PROBES: Probes = {
  ...appProbes,
  ...functionProbes,
  ...classicProbes,
  ...objectProbes,
  ...databaseProbes,
  ...commandProbes,
  ...geoProbes,
  ...authProbes,
}

/** What a column needs of the server. */
export interface ColumnSetup {
  readonly server: { readonly host: string; readonly env: string }
  readonly mode: EndPointMode
  readonly collection: string
  readonly ticket: string
}

/** Connects an SDK outside Mini Programs, logs in anonymously and runs the probes. */
export async function runColumn(
  cloudbase: Sdk,
  setup: ColumnSetup,
  files: Pick<Client, 'pick' | 'downloaded'>,
): Promise<ProbeResults> {
  const { app, auth } = connect(cloudbase, setup.server, { endPointMode: setup.mode })
  const { error } = await auth.signInAnonymously({})
  if (error) throw new Error(`login failed: ${error.message}`)
  const uid = (await auth.getLoginState())?.user.uid
  const { collection, ticket } = setup
  const root = `users/${uid}`
  const client = { app: app as App as Client['app'], auth, host: setup.server.host, root, collection, ticket }
  return runProbes(PROBES, { ...client, wechat: false, ...files })
}
