import { invoke } from '../compatibility/probe.ts'
import type { App, Auth } from '../support/sdk.ts'
import type { ErrorColumn, Situation } from './columns.ts'
import { type CommonClient, isActions, isGateway, LIST_CALLS, missing, things } from './common-situations.ts'
import { callFunction } from './function-situations.ts'

/** The client SDK, logged in with a ticket. */
export interface AppClient extends CommonClient {
  readonly app: App & CommonClient['app']
  readonly auth: Auth
  pick(bytes: Uint8Array): string
  /** Directs the SDK to this host for one call. */
  at(host: string, call: () => Promise<unknown>): Promise<unknown>
  /** The login of an app that has another environment. */
  authOf(env: string): Auth
}

const SMALL = new Uint8Array(10)

/** Makes a call with another access token or refresh token in the SDK. */
async function having(client: AppClient, others: object, call: () => Promise<unknown>): Promise<unknown> {
  const own = (await invoke(client.auth, 'getCredentials')) as object
  await invoke(client.auth, 'setCredentials', { ...own, ...others })
  try {
    return await call()
  } finally {
    await invoke(client.auth, 'setCredentials', own)
  }
}

/** The fileID of somebody else's file. */
function foreign({ setup }: AppClient): string {
  return `cloud://${setup.server.env}/users/somebody/a.png`
}

function elsewhere(client: AppClient, call: () => Promise<unknown>): Promise<unknown> {
  return client.at(client.setup.foreignHost, call)
}

/** Some calls with an access token that is refused. */
function refusedTokens(
  code: string,
  tokenOf: (client: AppClient) => string,
  where: (column: ErrorColumn) => boolean = () => true,
): readonly Situation<AppClient>[] {
  const calls: Readonly<Record<string, (client: AppClient) => Promise<unknown>>> = {
    uploadFile: (client) => client.upload('b.png'),
    getTempFileURL: (client) => client.app.getTempFileURL({ fileList: [missing(client)] }),
    'query.get': (client) => things(client).get(),
    callFunction: (client) => callFunction(client, 'closed'),
  }
  return Object.entries(calls).map(([call, run]) => ({
    code,
    call,
    where,
    run: (client) => having(client, { access_token: tokenOf(client) }, () => run(client)),
  }))
}

/** In browsers in GATEWAY mode the SDK refreshes the login and repeats the call. */
const showsExpiry = (column: ErrorColumn) => !(column.build === 'web' && column.mode === 'GATEWAY')

/** The logins come last, because some end the login. */
export const APP_SITUATIONS: readonly Situation<AppClient>[] = [
  {
    code: 'STORAGE_EXCEED_AUTHORITY',
    call: 'uploadFile',
    run: ({ app, pick }) => app.uploadFile({ cloudPath: 'users/somebody/a.png', filePath: pick(SMALL) }),
  },
  ...LIST_CALLS.map((call) => ({
    code: 'STORAGE_EXCEED_AUTHORITY',
    call,
    run: (client: AppClient) => client.app[call]({ fileList: [foreign(client)] }),
  })),
  {
    code: 'STORAGE_EXCEED_AUTHORITY',
    call: 'downloadFile',
    run: (client) => client.app.downloadFile({ fileID: foreign(client) }),
  },
  {
    code: 'PRECONDITION_FAILED',
    call: 'uploadFile',
    run: async ({ app, root, pick }) => {
      const headers = { 'If-None-Match': '*' }
      const once = () => app.uploadFile({ cloudPath: `${root}/once.png`, filePath: pick(SMALL), headers })
      await once()
      return once()
    },
  },
  {
    code: 'DATABASE_PERMISSION_DENIED',
    call: 'collection.add',
    run: (client) => things(client, 'closed').add({ n: 1 }),
  },
  { code: 'DATABASE_PERMISSION_DENIED', call: 'query.get', run: (client) => things(client, 'closed').get() },
  { code: 'DATABASE_PERMISSION_DENIED', call: 'query.count', run: (client) => things(client, 'closed').count() },
  {
    code: 'DATABASE_PERMISSION_DENIED',
    call: 'db.createCollection',
    run: ({ app }) => app.database().createCollection('mine'),
  },
  {
    code: 'PERMISSION_DENIED',
    call: 'callFunction',
    where: isActions,
    run: (client) => callFunction(client, 'closed'),
  },
  { code: 'EXCEED_AUTHORITY', call: 'callFunction', where: isGateway, run: (client) => callFunction(client, 'closed') },
  {
    code: 'UNIMPLEMENTED',
    call: 'callContainer',
    run: ({ app }) => invoke(app, 'callContainer', { name: 'service', path: '/', method: 'GET' }),
  },
  ...refusedTokens('INVALID_ACCESS_TOKEN', () => 'unknown'),
  ...refusedTokens('ACCESS_TOKEN_EXPIRED', ({ setup }) => setup.expiredToken, showsExpiry),
  {
    code: 'HOST_NOT_ALLOWED',
    call: 'uploadFile',
    run: (client) => elsewhere(client, () => client.upload('c.png')),
  },
  {
    code: 'HOST_NOT_ALLOWED',
    call: 'query.get',
    run: (client) => elsewhere(client, () => things(client).get()),
  },
  {
    code: 'INVALID_ENV',
    call: 'auth.signInAnonymously',
    run: ({ authOf }) => authOf('other-1abcde').signInAnonymously({}),
  },
  {
    code: 'CHECK_LOGIN_FAILED',
    call: 'auth.refreshSession',
    run: (client) => having(client, { refresh_token: 'used' }, () => invoke(client.auth, 'refreshSession')),
  },
  {
    code: 'AUTH_INVALID_CUSTOM_LOGIN_TICKET',
    call: 'auth.signInWithCustomTicket',
    run: ({ auth }) => auth.signInWithCustomTicket(async () => 'wrong'),
  },
  {
    code: 'USER_BLOCKED',
    call: 'auth.signInWithCustomTicket',
    run: ({ auth, setup }) => auth.signInWithCustomTicket(async () => setup.blockedTicket),
  },
  {
    code: 'AUTH_WX_OAUTH_FAILED',
    call: 'auth.signInWithOpenId',
    where: ({ build }) => build === 'wechat',
    run: ({ auth }) => auth.signInWithOpenId({ useWxCloud: false }),
  },
  {
    code: 'ACTION_FORBIDDEN',
    call: 'auth.signInWithPassword',
    run: ({ auth }) => invoke(auth, 'signInWithPassword', { username: 'somebody', password: 'something' }),
  },
]
