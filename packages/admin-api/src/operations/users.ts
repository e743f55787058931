/** Users of the app, their logins, and the keys of the environment. */
import { DONE, PAGE, page, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import { array, boolean, choice, object, optional, type Static, string } from '../schema.ts'

const UID = string({ minLength: 1, maxLength: 128 })
const LOGIN_TYPE = choice(['ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN'])

const USER = object({
  uid: string(),
  loginType: LOGIN_TYPE,
  customUserId: optional(string()),
  wechat: optional(object({ appid: string(), openid: string() })),
  name: optional(
    string({ description: 'what people call the user: the nickname, or the name of a login code such as dev:mia' }),
  ),
  createdAt: TIME,
  blocked: boolean(),
})
export type AppUser = Static<typeof USER>

const USER_SESSION = object({
  id: string({ description: 'identifies the session; not a credential' }),
  createdAt: TIME,
  refreshedAt: optional(TIME),
  expiresAt: TIME,
})
export type UserSession = Static<typeof USER_SESSION>

export const listUsers = operation('GET', '/users', {
  summary: 'Lists users, newest first; the results of a search are sorted by name',
  description: 'A page may have fewer users than its limit: only next says whether there are more.',
  query: {
    search: optional(string({ maxLength: 128, description: 'the start of a uid, openid, customUserId or name' })),
    loginType: optional(LOGIN_TYPE),
    ...PAGE,
  },
  answer: page(USER),
})

export const getUser = operation('GET', '/users/{uid}', {
  summary: 'Returns one user with the open sessions, newest first',
  params: { uid: UID },
  answer: object({
    user: USER,
    sessions: array(USER_SESSION),
    more: boolean({ description: 'there are more sessions; these are the newest' }),
  }),
  errors: ['NOT_FOUND'],
})

const NAMED = object({
  id: string({ description: 'one of the ids of the request' }),
  uid: string(),
  loginType: LOGIN_TYPE,
  name: optional(string({ description: 'the name of the user, or the custom id; absent if there is neither' })),
})
export type NamedUser = Static<typeof NAMED>

/** The largest number of ids in one request: more than a page shows. */
const MAX_NAMED = 500

export const nameUsers = operation('POST', '/users/names', {
  summary: 'Returns the users and their names for a list of uids, openids and custom ids; ids of nobody are left out',
  body: object({ ids: array(UID, { minItems: 1, maxItems: MAX_NAMED }) }),
  answer: object({ items: array(NAMED) }),
})

export const blockUser = operation('PUT', '/users/{uid}/blocked', {
  summary: 'Blocks or unblocks a user; blocking ends every session and refuses new logins',
  params: { uid: UID },
  body: object({ blocked: boolean() }),
  answer: USER,
  errors: ['NOT_FOUND'],
})

export const revokeSessions = operation('DELETE', '/users/{uid}/sessions', {
  summary: 'Ends one session of a user, or all sessions',
  params: { uid: UID },
  query: { id: optional(string({ maxLength: 128 })) },
  answer: DONE,
  errors: ['NOT_FOUND'],
})

const KEY = object({
  kind: choice(['login', 'api']),
  id: string(),
  createdAt: TIME,
  scopes: optional(array(string(), { description: 'what an API key may do; absent if it may do everything' })),
  by: optional(string({ description: 'who created it: the id of an API key, "operator" or "command line"' })),
})
export type Key = Static<typeof KEY>

export const listKeys = operation('GET', '/keys', {
  summary: 'Lists the login keys and API keys of the environment, newest first, without their secrets',
  answer: object({ items: array(KEY) }),
})

const LOGIN_KEY_FILE = object({ private_key_id: string(), private_key: string(), env_id: string() })
export type LoginKeyFile = Static<typeof LOGIN_KEY_FILE>

export const createLoginKey = operation('POST', '/keys/login', {
  summary: 'Creates a custom login key; the private key is returned only here',
  answer: LOGIN_KEY_FILE,
})

const API_KEY_FILE = object({ secretId: string(), secretKey: string(), apiKey: string() })
export type ApiKeyFile = Static<typeof API_KEY_FILE>

export const createApiKey = operation('POST', '/keys/api', {
  summary: 'Creates an API key; its secrets are returned only here',
  description: 'A key can create only keys with scopes that it has itself.',
  query: {
    scopes: optional(
      string({
        maxLength: 200,
        description: 'such as storage:read,database:write; without it the key may do everything',
      }),
    ),
  },
  answer: API_KEY_FILE,
})

export const revokeKey = operation('DELETE', '/keys/{id}', {
  summary: 'Revokes a key and the keys that it created, and ends the Console sessions that were opened with them',
  description:
    'A script that replaces its own key creates the new one, and revokes the old one with keep: otherwise the new key would be revoked too. Keys of earlier versions that do not say who created them stay valid.',
  params: { id: string({ maxLength: 128 }) },
  query: {
    keep: optional(
      string({ maxLength: 128, description: 'the id of a key created by it that stays valid, with those it created' }),
    ),
  },
  answer: object({ done: boolean(), revoked: array(string(), { description: 'the ids of all revoked keys' }) }),
  errors: ['NOT_FOUND'],
})

const SECURITY_EVENT = object({
  id: string(),
  at: TIME,
  kind: choice([
    'signed-in',
    'sign-in-refused',
    'signed-out-everywhere',
    'password-set',
    'key-created',
    'key-revoked',
    'user-blocked',
    'user-unblocked',
  ]),
  by: optional(string({ description: 'the id of an API key, "operator" or "command line"' })),
  about: optional(string({ description: 'the id of the key, the uid of the user, or what was used to sign in' })),
  address: optional(string({ description: 'of the other end of the connection' })),
})
export type SecurityEvent = Static<typeof SECURITY_EVENT>

export const listSecurityEvents = operation('GET', '/security-events', {
  summary: 'Lists sign-ins to the Console, refused ones, and changes of keys, passwords and blocks, newest first',
  query: PAGE,
  answer: page(SECURITY_EVENT),
})
