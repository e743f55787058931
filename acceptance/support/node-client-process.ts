/** The process of node-client.ts: a Node program with the client SDK that logs in and runs the requested calls. */
import { createRequire } from 'node:module'
import type { NodeClientRequest, NodeClientSetup } from './node-client.ts'
import type { App, Auth } from './sdk.ts'

interface Cloudbase {
  init(options: object): App
}

const { packageName, server, init, login } = JSON.parse(process.argv[2] ?? '') as NodeClientSetup
const loaded = createRequire(import.meta.url)(packageName) as { default?: Cloudbase } & Cloudbase
const app = (loaded.default ?? loaded).init({ env: server.env, ...init })
app.registerEndPoint(`//${server.host}/web`, 'http')
app.registerEndPointWithKey({ key: 'GATEWAY', url: `//${server.host}/v1`, protocol: 'http' })
const auth = app.auth({ persistence: 'local' })

process.on('message', ({ id, owner, method, args }: NodeClientRequest) => {
  const object = owner === 'app' ? app : owner === 'storage' ? app.storage : app.storage.from(owner.bucket)
  answer(id, () =>
    (object as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args.map(revived)),
  )
})
await answer(0, () => logIn(auth))

async function answer(id: number, work: () => unknown): Promise<void> {
  const message = await Promise.resolve()
    .then(work)
    .then(
      async (value) => ({ id, value: await portable(value) }),
      (error: unknown) => ({ id, error }),
    )
  process.send?.(message)
}

async function logIn(auth: Auth): Promise<string | undefined> {
  if (login === undefined) return undefined
  const { error } =
    login === 'anonymous'
      ? await auth.signInAnonymously({})
      : await auth.signInWithCustomTicket(async () => login.ticket)
  if (error) throw new Error(`login failed: ${error.message}`)
  if (!auth.hasLoginState()) throw new Error('hasLoginState() is not truthy after the login')
  return (await auth.getLoginState())?.user.uid
}

/** Blobs cannot be sent between processes; `{ blob: bytes }` stands for one, as an argument or one level below. */
function revived(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value) || Array.isArray(value)) return value
  if ('blob' in value) return new Blob([value.blob as Uint8Array<ArrayBuffer>])
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === 'filePath' ? revived(inner) : inner]),
  )
}

/** Without what cannot be sent between processes: Blobs, and the members of errors. */
async function portable(value: unknown): Promise<unknown> {
  if (typeof value !== 'object' || value === null || !('data' in value)) return value
  const { data, error } = value as { data: unknown; error?: unknown }
  if (data instanceof Blob) return { ...value, data: Buffer.from(await data.arrayBuffer()) }
  return error instanceof Error ? { ...value, error: { ...error, message: error.message } } : value
}
