/** `cloudstead keys`: creates, lists and revokes keys. Also works while a server runs. */
import { createKeys } from '../auth/index.ts'
import { withEnvironment } from './environment.ts'
import { DATA_OPTIONS, parseOptions, UsageError } from './options.ts'

const ACTIONS: readonly string[] = ['login', 'api', 'list', 'revoke']
/** Keys can be created before the first start of the server. */
const CREATING: readonly string[] = ['login', 'api']

export async function keys([action = '', ...rest]: readonly string[]): Promise<number> {
  // Checked before the environment is opened, because opening creates missing files.
  if (!ACTIONS.includes(action)) throw new UsageError(`keys needs one of: ${ACTIONS.join(', ')}`)
  const id = action === 'revoke' ? keyId(rest.shift()) : ''
  return withEnvironment(
    parseOptions(rest, DATA_OPTIONS),
    CREATING.includes(action) ? 'create' : 'refuse',
    async ({ env, records, secrets }) => {
      const keys = createKeys({ env, records, ring: secrets.apiSecret, now: Date.now })
      switch (action) {
        case 'login':
          return print(await keys.createLoginKey())
        case 'api':
          return print(await keys.createApiKey())
        case 'list':
          return print(await keys.list())
        default:
          if (!(await keys.revoke(id))) throw new UsageError(`there is no key with the id ${id}`)
          return 0
      }
    },
  )
}

function print(value: unknown): 0 {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  return 0
}

function keyId(id: string | undefined): string {
  if (id === undefined || id.startsWith('-')) {
    throw new UsageError('keys revoke needs the id of a key; keys list shows the ids')
  }
  return id
}
