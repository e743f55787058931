/** `cloudstead keys`: creates, lists and revokes keys. Also works while a server runs. */
import { randomBytes } from 'node:crypto'
import { parseScopes } from '@cloudstead/protocol'
import { createKeys, createSecurityLog } from '../auth/index.ts'
import { resealSecrets } from '../cluster/sealed-secrets.ts'
import { openRecords } from '../engines/open.ts'
import { withEnvironment } from './environment.ts'
import { type Environment, envOption, parseOptions, UsageError } from './options.ts'
import { DATA_OPTIONS, masterKeyFile, recordsPlace } from './places.ts'

/** Who did it, in the list of keys and in the security log. */
const BY = 'command line'
const API_OPTIONS = { ...DATA_OPTIONS, scope: { type: 'string' } } as const
const MASTER_KEY_BYTES = 32
const ACTIONS: readonly string[] = ['login', 'api', 'list', 'revoke', 'master', 'reseal']
/** Keys can be created before the first start of the server. */
const CREATING: readonly string[] = ['login', 'api']

export async function keys([action = '', ...rest]: readonly string[], environment: Environment): Promise<number> {
  // Checked before the environment is opened, because opening creates missing files.
  if (!ACTIONS.includes(action)) throw new UsageError(`keys needs one of: ${ACTIONS.join(', ')}`)
  if (action === 'master') return printMasterKey(rest)
  if (action === 'reseal') return reseal(rest, environment)
  const id = action === 'revoke' ? keyId(rest.shift()) : ''
  const options = parseOptions(rest, action === 'api' ? API_OPTIONS : DATA_OPTIONS)
  const scopes = scopesOption((options as { scope?: string }).scope)
  const missing = CREATING.includes(action) ? 'create' : 'refuse'
  return withEnvironment(options, environment, missing, async ({ env, records, secrets }) => {
    const keys = createKeys({ env, records, ring: secrets.apiSecret, now: Date.now })
    const securityLog = createSecurityLog({ records, now: Date.now, log: console })
    const noted = (kind: 'key-created' | 'key-revoked', about: string) => securityLog.record({ kind, by: BY, about })
    switch (action) {
      case 'login': {
        const file = await keys.createLoginKey({ by: BY })
        await noted('key-created', file.private_key_id)
        return print(file)
      }
      case 'api': {
        const file = await keys.createApiKey({ by: BY, scopes })
        await noted('key-created', file.secretId)
        return print(file)
      }
      case 'list':
        return print(await keys.list())
      default: {
        const revoked = await keys.revoke(id)
        if (revoked.length === 0) throw new UsageError(`there is no key with the id ${id}`)
        for (const one of revoked) await noted('key-revoked', one)
        return print({ revoked })
      }
    }
  })
}

/** A new key for the secrets in PostgreSQL. It is stored nowhere. */
function printMasterKey(args: readonly string[]): 0 {
  parseOptions(args, {})
  process.stdout.write(`${randomBytes(MASTER_KEY_BYTES).toString('base64')}\n`)
  return 0
}

/** Seals the secrets in PostgreSQL under another master key. */
async function reseal(args: readonly string[], environment: Environment): Promise<0> {
  const options = parseOptions(args, { ...DATA_OPTIONS, 'new-key-file': { type: 'string' } })
  const env = envOption(options.env)
  const place = recordsPlace(options, environment)
  if (place === undefined) throw new UsageError('keys reseal is for records in PostgreSQL: --records is missing')
  const newKey = masterKeyFile('new-key-file', options['new-key-file'])
  const records = await openRecords({ records: place.url })
  try {
    await resealSecrets({ records, env, masterKey: place.masterKey }, newKey)
  } finally {
    await records.close()
  }
  return print({ resealed: env })
}

function scopesOption(text: string | undefined) {
  try {
    return text === undefined ? undefined : parseScopes(text)
  } catch (error) {
    throw new UsageError(`--scope ${text}: ${(error as Error).message}`)
  }
}

function print(value: unknown): 0 {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  return 0
}

function keyId(id: string | undefined): string {
  if (id === undefined || id === '' || id.startsWith('-')) {
    throw new UsageError('keys revoke needs the id of a key; keys list shows the ids')
  }
  return id
}
