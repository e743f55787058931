/** The permissions of the recipe, saved as an operator saves them in the Console: through the admin API. */
import { isDeepStrictEqual } from 'node:util'
import config from './cloudstead.config.json' with { type: 'json' }
import type { ServerProcess } from './server-process.ts'

/** What the run found. `changed`: somebody has saved another storage rule, which is kept. */
export type Permissions = 'as in the recipe' | 'changed'

interface Rules {
  readonly text: string
  readonly source: 'file' | 'console' | 'default' | 'environment'
  readonly version: string
}

type Server = Pick<ServerProcess, 'url' | 'createApiKey' | 'revokeKey'>

/**
 * Saves the rule of the recipe and creates the collection `orders`, unless that was done before.
 *
 * @throws Error with the server's answer if it refuses
 */
export async function preparePermissions({ url, createApiKey, revokeKey }: Server): Promise<Permissions> {
  const { secretId, apiKey } = await createApiKey()
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${url}/console/api${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
    return response.json()
  }
  try {
    const { items } = (await call('GET', '/database/collections')) as { items: readonly { name: string }[] }
    for (const name of Object.keys(config.database.collections)) {
      if (!items.some((found) => found.name === name)) await call('POST', '/database/collections', { name })
    }
    const { text, source, version } = (await call('GET', '/rules')) as Rules
    const { acl } = config.storage
    if (source === 'default') await call('PUT', '/rules', { text: JSON.stringify(acl, null, 2), version })
    else if (!isDeepStrictEqual(parsed(text), acl)) return 'changed'
    return 'as in the recipe'
  } finally {
    await revokeKey(secretId)
  }
}

/** Rules with comments are not JSON; they were edited. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
