import { type Client, equal, invoke, ok, type Probes } from './probe.ts'

type Fields = Readonly<Record<string, unknown>>

async function call(client: Client, name: string, ...values: unknown[]): Promise<Fields> {
  return ((await invoke(client.auth, name, ...values)) ?? {}) as Fields
}

/** The result of a call that answers `{ data, error }`. */
async function result(client: Client, name: string, ...values: unknown[]): Promise<Fields> {
  const { data, error } = await call(client, name, ...values)
  if (error) throw error
  return (data ?? {}) as Fields
}

async function uid(client: Client): Promise<string> {
  const state = await client.auth.getLoginState()
  ok(state?.user.uid, 'logged in')
  return state.user.uid
}

/** The uid of the custom login with the client's ticket. */
const CUSTOM = 'probe-user'

async function asCustomUser(client: Client): Promise<void> {
  await result(client, 'signInWithCustomTicket', async () => client.ticket)
}

/** In this order: the later ones change who is logged in, and the last ones log out. */
export const authProbes: Probes = {
  'auth.currentUser': async (client) => {
    const user = (client.auth as unknown as Fields).currentUser as Fields | undefined
    ok(user?.uid ?? user?.id, 'a user')
  },
  'auth.hasLoginState': async ({ auth }) => ok(auth.hasLoginState(), 'a login state'),
  'auth.getLoginState': async (client) => {
    await uid(client)
  },
  'auth.getCurrentUser': async (client) => equal((await call(client, 'getCurrentUser')).uid, await uid(client)),
  'auth.getUserInfo': async (client) => ok(Object.keys(await call(client, 'getUserInfo')).length > 0, 'a profile'),
  'auth.getAccessToken': async ({ auth }) => ok((await auth.getAccessToken()).accessToken, 'a token'),
  'auth.getCredentials': async (client) => ok((await call(client, 'getCredentials')).access_token, 'a token'),
  'auth.loginScope': async (client) => equal(typeof (await invoke(client.auth, 'loginScope')), 'string'),
  'auth.loginGroups': async (client) => ok(Array.isArray(await invoke(client.auth, 'loginGroups')), 'a list'),
  'auth.getSession': async (client) => {
    const { session } = await result(client, 'getSession')
    ok((session as Fields).access_token, 'a session')
  },
  'auth.getUser': async (client) => {
    const { user } = await result(client, 'getUser')
    ok((user as Fields).id, 'a user')
  },
  'auth.refreshUser': async (client) => {
    const { user } = await result(client, 'refreshUser')
    ok((user as Fields).id, 'a user')
  },
  'auth.refreshSession': async (client) => {
    const { session } = await result(client, 'refreshSession')
    ok((session as Fields).access_token, 'a session')
  },
  'auth.refreshTokenForce': async (client) => ok((await call(client, 'refreshTokenForce')).access_token, 'a token'),
  'auth.shouldRefreshAccessToken': async (client) => {
    await call(client, 'shouldRefreshAccessToken', () => true)
    ok((await client.auth.getAccessToken()).accessToken, 'a token')
  },
  'auth.onLoginStateChanged': async (client) => {
    await call(client, 'onLoginStateChanged', () => {})
  },
  'auth.onAuthStateChange': async (client) => {
    const { data } = await call(client, 'onAuthStateChange', () => {})
    ok(data, 'a subscription')
  },
  'auth.setSession': async (client) => {
    const { session } = await result(client, 'getSession')
    const { access_token, refresh_token } = session as Fields
    await result(client, 'setSession', { access_token, refresh_token })
    await uid(client)
  },
  'auth.setCredentials': async (client) => {
    const before = await uid(client)
    await call(client, 'setCredentials', await call(client, 'getCredentials'))
    equal(await uid(client), before)
  },
  'auth.createLoginState': async (client) => {
    await call(client, 'createLoginState')
    await uid(client)
  },
  'auth.signInAnonymously': async (client) => {
    await result(client, 'signInAnonymously', {})
    await uid(client)
  },
  'auth.anonymousAuthProvider': async (client) => {
    await invoke(await call(client, 'anonymousAuthProvider'), 'signIn')
    await uid(client)
  },
  'auth.signInWithOpenId': async (client) => {
    await result(client, 'signInWithOpenId', { useWxCloud: false })
    await uid(client)
  },
  'auth.signInWithCustomTicket': async (client) => {
    await asCustomUser(client)
    equal(await uid(client), CUSTOM)
  },
  'auth.setCustomSignFunc': async (client) => {
    await call(client, 'setCustomSignFunc', async () => client.ticket)
    await result(client, 'signInWithCustomTicket')
    equal(await uid(client), CUSTOM)
  },
  'auth.customAuthProvider': async (client) => {
    await invoke(await call(client, 'customAuthProvider'), 'signIn', client.ticket)
    equal(await uid(client), CUSTOM)
  },
  'auth.signOut': async (client) => {
    await client.auth.signOut()
    ok(!client.auth.hasLoginState(), 'logged out')
  },
}
