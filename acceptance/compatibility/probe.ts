/** What a probe of one SDK call gets, and its checks. Runs in Node and in browsers, so it uses neither modules of Node nor asserts. */
import type { App, Auth, Database } from '../support/sdk.ts'

type Calls = Readonly<Record<string, ((...values: never[]) => unknown) | undefined>>

/** The SDK in one build and mode, connected and logged in. */
export interface Client {
  readonly app: App & { database(options?: object): Database }
  readonly auth: Auth
  /** `127.0.0.1:8787`. */
  readonly host: string
  /** The folder of the user's own files, without a final slash. */
  readonly root: string
  /** A PRIVATE collection that no other client uses. */
  readonly collection: string
  /** A ticket for a custom login, to be used any number of times. */
  readonly ticket: string
  /** Whether `wx` is there. */
  readonly wechat: boolean
  /** A picked file: the value of `filePath`, or the body of an upload to a bucket. */
  pick(bytes: Uint8Array, name: string): unknown
  /** The bytes that `downloadFile` has fetched. */
  downloaded(result: unknown): Promise<Uint8Array>
}

/** What the probes of the database need. Client and server SDKs have it. */
export interface DatabaseClient {
  readonly app: { database(options?: object): Database }
  readonly collection: string
}

/** Resolves when the call works; rejects with the reason when it does not. */
export type Probe<C = Client> = (client: C) => Promise<void>
/** Probes by row, such as `app.uploadFile`. */
export type Probes<C = Client> = Readonly<Record<string, Probe<C>>>

export const BYTES: Uint8Array<ArrayBuffer> = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 13, 10, 128, 200])

export function equal(actual: unknown, expected: unknown): void {
  const [seen, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (seen !== wanted) throw new Error(`${seen} instead of ${wanted}`)
}

export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`not ${what}`)
}

export function sameBytes(actual: Uint8Array, expected: Uint8Array = BYTES): void {
  equal([...actual], [...expected])
}

/** The bytes at a URL, which has to answer 200. */
export async function bytesAt(url: string): Promise<Uint8Array> {
  const response = await fetch(url)
  equal(response.status, 200)
  return new Uint8Array(await response.arrayBuffer())
}

/** Calls a member that the types of the tests do not have. */
export async function invoke(target: object, name: string, ...values: unknown[]): Promise<unknown> {
  const member = (target as Calls)[name]
  if (typeof member !== 'function') throw new Error(`the SDK has no ${name}`)
  return (member as (...values: unknown[]) => unknown).apply(target, values)
}

/** Uploads a file to the user's own folder. Resolves to its fileID. */
export async function uploaded(client: Client, name: string): Promise<string> {
  const filePath = client.pick(BYTES, name) as string
  const { fileID } = await client.app.uploadFile({ cloudPath: `${client.root}/${name}`, filePath })
  return fileID
}

/** The temporary URL of a file. */
export async function urlOf({ app }: Client, fileID: string): Promise<string> {
  const { fileList } = await app.getTempFileURL({ fileList: [fileID] })
  equal(fileList[0]?.code, 'SUCCESS')
  return fileList[0]?.tempFileURL ?? ''
}

/** What an app sees of a refused call: the code and the message of the error, or the answer when it resolves. */
export async function reasonOfRefusal(call: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await call) ?? ''
  } catch (error) {
    return `${(error as { code?: unknown } | null)?.code}: ${reasonOf(error)}`
  }
}

/** The code and the message of a call that has to throw. */
export async function reasonOfThrown(call: Promise<unknown>): Promise<string> {
  const result = await call.then(
    (value) => ({ value }),
    (error: unknown) => `${(error as { code?: unknown } | null)?.code}: ${reasonOf(error)}`,
  )
  if (typeof result === 'string') return result
  throw new Error(`it returns ${JSON.stringify(result.value)}`)
}

/** The results of probes by row, each undefined or the reason why the call does not work. */
export type ProbeResults = Readonly<Record<string, string | undefined>>

/** Runs all probes one after the other. */
export async function runProbes<C>(probes: Probes<C>, client: C): Promise<ProbeResults> {
  const results: Record<string, string | undefined> = {}
  for (const [row, probe] of Object.entries(probes)) {
    try {
      await withTimeout(probe(client))
      results[row] = undefined
    } catch (error) {
      results[row] = reasonOf(error)
    }
  }
  return results
}

/** Ms. Some SDKs never settle a call that fails. */
const TIMEOUT_MS = 15_000

async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the call never ends')), TIMEOUT_MS)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name
  return JSON.stringify(error) ?? 'rejected without a reason'
}
