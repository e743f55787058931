import { invoke } from '../compatibility/probe.ts'
import type { Situation } from './columns.ts'
import { type CommonClient, things } from './common-situations.ts'

/** The server SDK as administrator. */
export interface AdminClient extends CommonClient {
  /** The SDK with other options of `init`. */
  with(options: object): AdminClient
}

/** An hour, which is more than the clock of a caller may be wrong. */
const HOUR_MS = 3_600_000

/** Runs a call in a process whose clock is behind. */
async function late(call: () => Promise<unknown>): Promise<unknown> {
  const { Date: Real } = globalThis
  globalThis.Date = class extends Real {
    constructor(time: number | string | Date = Real.now() - HOUR_MS) {
      super(time)
    }
    static override now(): number {
      return Real.now() - HOUR_MS
    }
  } as DateConstructor
  try {
    return await call()
  } finally {
    globalThis.Date = Real
  }
}

/** Three calls of an SDK with these options of `init`. */
function refused(code: string, optionsOf: (client: AdminClient) => object): readonly Situation<AdminClient>[] {
  const calls: Readonly<Record<string, (client: AdminClient) => Promise<unknown>>> = {
    uploadFile: (client) => client.upload('b.png'),
    getTempFileURL: (client) => client.app.getTempFileURL({ fileList: ['cloud://x'] }),
    'collection.add': (client) => things(client).add({ n: 1 }),
  }
  return Object.entries(calls).map(([call, run]) => ({
    code,
    call,
    run: (client) => run(client.with(optionsOf(client))),
  }))
}

export const SERVER_SITUATIONS: readonly Situation<AdminClient>[] = [
  {
    code: 'DATABASE_COLLECTION_ALREADY_EXIST',
    call: 'db.createCollection',
    run: ({ app }) => app.database().createCollection('things'),
  },
  {
    code: 'NOT_FOUND',
    call: 'auth.getEndUserInfo',
    run: async ({ app }) => invoke((await invoke(app, 'auth')) as object, 'getEndUserInfo', 'nobody-here'),
  },
  {
    code: 'FUNCTION_QUALIFIER_NOT_FOUND',
    call: 'callFunction',
    run: ({ app }) => invoke(app, 'callFunction', { name: 'fails', data: {}, qualifier: '1' }),
  },
  ...refused('INVALID_CREDENTIALS', () => ({ secretKey: 'wrong' })),
  ...refused('INVALID_ENV', () => ({ env: 'other-1abcde' })),
  ...refused('ACTION_FORBIDDEN', ({ setup }) => setup.readingKey).filter(({ call }) => call !== 'getTempFileURL'),
  ...refused('HOST_NOT_ALLOWED', ({ setup }) => ({
    serviceUrl: `http://${setup.foreignHost}/admin`,
  })),
  { code: 'SIGN_EXPIRED', call: 'query.get', run: (client) => late(() => things(client).get()) },
]
