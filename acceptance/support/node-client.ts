/**
 * The client SDK in a plain Node program, like a script or a server-rendered web page. It keeps its login in the process and
 * leaves timers behind, so each user gets their own process.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { BucketFiles, Buckets } from './buckets.ts'
import { SDK_PACKAGES } from './clients.ts'
import type { App, Bucket, SdkLine } from './sdk.ts'
import type { RunningServer } from './server.ts'

export interface NodeClientSetup {
  readonly packageName: string
  readonly server: Pick<RunningServer, 'host' | 'env'>
  readonly init: object
  readonly login: NodeLogin | undefined
}

export type NodeLogin = 'anonymous' | { readonly ticket: string }

export interface NodeClientRequest {
  readonly id: number
  /** Whose method it is: that of the app, of `app.storage`, or of a bucket. */
  readonly owner: 'app' | 'storage' | { readonly bucket: string }
  readonly method: string
  readonly args: readonly unknown[]
}

/** The content of an upload in Node: a Buffer, or a Blob with these bytes. */
type NodeBody = Buffer | { readonly blob: Uint8Array }

type UploadOptions = { cloudPath: string; filePath: NodeBody; method?: 'put' | 'post' }

/** The calls of the SDK, each executed in its process. */
export interface NodeClient {
  readonly app: Omit<App, 'uploadFile'> & { uploadFile(options: UploadOptions): Promise<{ fileID: string }> }
  bucket(name: string): Omit<Bucket, 'download'> & { download(path: string): Promise<{ data: Buffer | null }> }
  /** The bucket API of js-sdk 3.x. */
  files(bucketId: string): BucketFiles
  readonly buckets: Buckets
  /** The uid of the login. */
  readonly uid: string | undefined
  close(): Promise<void>
}

export async function createNodeClient(
  server: RunningServer,
  sdk: SdkLine,
  login?: NodeLogin,
  init: object = {},
): Promise<NodeClient> {
  const setup: NodeClientSetup = {
    packageName: SDK_PACKAGES[sdk],
    server: { host: server.host, env: server.env },
    init: { endPointMode: 'CLOUD_API', ...init },
    login,
  }
  const child = fork(new URL('./node-client-process.ts', import.meta.url), [JSON.stringify(setup)], {
    serialization: 'advanced',
    // Its output is only the log of the SDK.
    silent: true,
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  child.on('message', ({ id, ...answer }: { id: number; value?: unknown; error?: unknown }) => {
    if ('error' in answer) waiting.get(id)?.reject(answer.error)
    else waiting.get(id)?.resolve(answer.value)
    waiting.delete(id)
  })
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the client's process ended with ${code}`))
  })
  const answerOf = (id: number) => {
    const answer = Promise.withResolvers<unknown>()
    waiting.set(id, answer)
    return answer.promise
  }
  let last = 0
  const calls = <Calls>(owner: NodeClientRequest['owner']) =>
    new Proxy(
      {},
      {
        get:
          (_target, method: string) =>
          (...args: unknown[]) => {
            last += 1
            const answer = answerOf(last)
            child.send({ id: last, owner, method, args } satisfies NodeClientRequest)
            return answer
          },
      },
    ) as Calls
  const uid = (await answerOf(0)) as string | undefined
  return {
    app: calls<NodeClient['app']>('app'),
    bucket: (bucket) => calls<ReturnType<NodeClient['bucket']>>({ bucket }),
    files: (bucket) => calls<BucketFiles>({ bucket }),
    buckets: calls<Buckets>('storage'),
    uid,
    async close() {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}
