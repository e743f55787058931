import type { ApiKeyFile, LoginKeyFile } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'

/** A new key. It is only in the memory of this page. */
export type NewKey =
  | { readonly kind: 'login'; readonly id: string; readonly file: LoginKeyFile }
  | { readonly kind: 'api'; readonly id: string; readonly file: ApiKeyFile }

/**
 * Creates a key.
 *
 * @param scopes of an API key; without them it may do everything
 * @throws ApiError
 */
export async function createKey(kind: NewKey['kind'], scopes?: readonly string[]): Promise<NewKey> {
  if (kind === 'login') {
    const file = await call('createLoginKey')
    return { kind, id: file.private_key_id, file }
  }
  const file = await call('createApiKey', { query: scopes === undefined ? {} : { scopes: scopes.join(',') } })
  return { kind, id: file.secretId, file }
}

/** The key file as the server SDK reads it. */
export function keyText({ file }: NewKey): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Characters of the id in a file name: enough to tell keys apart. */
const ID_LENGTH = 10

export function keyFileName({ kind, id }: NewKey): string {
  return `cloudstead-${kind}-key-${id.slice(0, ID_LENGTH)}.json`
}

/**
 * The code that uses the downloaded key with the official server SDK.
 *
 * @param origin of this server, such as http://127.0.0.1:8787
 */
export function keyUsageCode(key: NewKey, env: string, origin: string): string {
  const head = `const cloudbase = require('@cloudbase/node-sdk')
const key = require('./${keyFileName(key)}')
`
  return key.kind === 'login'
    ? `${head}
const app = cloudbase.init({ env: '${env}', credentials: key })
// where your server answers the app, once it knows who asks
const ticket = app.auth().createTicket(userId)`
    : `${head}
const app = cloudbase.init({
  env: '${env}',
  serviceUrl: '${origin}/admin',
  secretId: key.secretId,
  secretKey: key.secretKey,
})`
}
