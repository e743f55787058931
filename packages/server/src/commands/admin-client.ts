/** Calls the admin API of the running server, for commands. */
import { type AnswerOf, type OperationId, operations } from '@cloudstead/admin-api'
import type { Scope } from '@cloudstead/protocol'
import { runningAddress } from '../auth/console/commands.ts'
import { createKeys } from '../auth/index.ts'
import { type EnvironmentOptions, withEnvironment } from './environment.ts'
import { type Environment, UsageError } from './options.ts'

/** An error that the server answered with. */
export class AnsweredError extends Error {
  override readonly name = 'AnsweredError'
  readonly code: string
  readonly requestId: string

  constructor({ code, message, requestId }: { code: string; message: string; requestId: string }) {
    super(message)
    this.code = code
    this.requestId = requestId
  }
}

interface Input {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
}

type Answered<Id extends OperationId> = AnswerOf<(typeof operations)[Id]>

export interface AdminClient {
  /** @throws AnsweredError; UsageError when there is no server */
  call<Id extends OperationId>(id: Id, input?: Input): Promise<Answered<Id>>
  /** The lines of an operation, until the signal aborts. */
  lines<Id extends OperationId>(id: Id, input: Input, signal: AbortSignal): AsyncIterable<Answered<Id>>
}

/**
 * Works with the running server of an environment, with a key that exists only meanwhile.
 *
 * @param url where the server is, if it is not where it started last
 * @throws UsageError when no server of the environment answers
 */
export async function withServer<T>(
  options: EnvironmentOptions & { readonly url?: string | undefined },
  environment: Environment,
  scopes: readonly Scope[],
  work: (client: AdminClient) => Promise<T>,
): Promise<T> {
  return withEnvironment(options, environment, 'refuse', async ({ env, records, secrets }) => {
    const address = options.url ?? (await runningAddress(records))
    if (address === undefined) throw new UsageError(`no server of ${env} has run yet; start it`)
    const keys = createKeys({ env, records, ring: secrets.apiSecret, now: Date.now })
    const { apiKey, secretId } = await keys.createApiKey({ by: 'command line', scopes })
    try {
      return await work(createClient(address, apiKey))
    } finally {
      await keys.revoke(secretId)
    }
  })
}

function createClient(address: string, apiKey: string): AdminClient {
  async function request(id: OperationId, { params = {}, query = {}, body }: Input, signal?: AbortSignal) {
    const { method, path } = operations[id]
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
    const url = new URL(`/console/api${filled}`, address)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: Error) => {
      if (signal?.aborted) throw error
      throw new UsageError(`the server does not answer at ${address}; start it, or give its address with --url`)
    })
    if (!response.ok) throw new AnsweredError((await response.json()) as AnsweredError)
    return response
  }

  return {
    call: async (id, input = {}) => (await request(id, input)).json() as Promise<Answered<typeof id>>,
    async *lines(id, input, signal) {
      const { body } = await request(id, input, signal)
      let rest = ''
      for await (const part of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        const lines = (rest + part).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) yield JSON.parse(line) as Answered<typeof id>
      }
    },
  }
}
