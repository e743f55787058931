import type { ApiKeyFile, LoginKeyFile } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'

/** A key that was just made. It lives in the memory of this page and nowhere else. */
export type NewKey =
  | { readonly kind: 'login'; readonly id: string; readonly file: LoginKeyFile }
  | { readonly kind: 'api'; readonly id: string; readonly file: ApiKeyFile }

/** @throws ApiError */
export async function createKey(kind: NewKey['kind']): Promise<NewKey> {
  if (kind === 'login') {
    const file = await call('createLoginKey')
    return { kind, id: file.private_key_id, file }
  }
  const file = await call('createApiKey')
  return { kind, id: file.secretId, file }
}

/** The key as the server SDK reads it. */
export function keyText({ file }: NewKey): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Characters of an id in a file name: enough to tell keys apart. */
const ID_IN_NAME = 10

export function keyFileName({ kind, id }: NewKey): string {
  return `cloudstead-${kind}-key-${id.slice(0, ID_IN_NAME)}.json`
}

/**
 * The lines that use the downloaded key with the official server SDK.
 *
 * @param origin of this server, such as http://127.0.0.1:8787
 */
export function usageOf(key: NewKey, env: string, origin: string): string {
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
