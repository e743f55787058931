/**
 * Measures function processes, or bare ones that echo, for `bench/groups/functions.ts`. Takes jobs over IPC; one at a time.
 * Usage: bench.fixture.ts instance|bare DIRECTORY, an empty one
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { callVariables } from './environment.ts'
import { definitionOf, put } from './function-files.fixture.ts'
import { startInstance } from './instance.ts'

interface Job {
  /** `call`: one call after the other, of a process that is warm. `start`: a process and its first call. */
  readonly operation: 'call' | 'start'
  readonly seconds: number
}

/** A process that answers with what it is sent. */
interface Echo {
  call(): Promise<void>
  stop(): Promise<unknown>
}

const [kind = '', directory = ''] = process.argv.slice(2)
put(directory, 'echo/index.js', 'exports.main = async (event) => event')
put(directory, 'bare.js', `process.on('message', (message) => process.send(message))`)
// Each call leaves about 1 kB: setting a variable of the environment never frees the former value.
const definition = definitionOf(directory, 'echo', { memoryMB: 1024 })
const EVENT = JSON.stringify({ name: 'mia', items: [1, 2, 3] })

async function startOurs(): Promise<Echo> {
  const instance = startInstance({
    env: 'bench-1abcde',
    definition,
    environment: { PATH: process.env.PATH ?? '' },
    scratch: directory,
    detours: [],
    line() {},
    started() {},
    ended() {},
  })
  await instance.loaded
  const caller = { kind: 'user', uid: 'u1', openid: 'o1', loginType: 'WECHAT_OPEN', sessionId: 's' } as const
  const requestId = '0198c5a2-6f1e-7cc3-98a1-2f6b1de3c4aa'
  return {
    async call() {
      // As the service makes a call, with a token of the usual length.
      const variables = callVariables({ caller, trigger: 'sdk', requestId }, { token: 't'.repeat(400), appid: 'wx1' })
      const end = await instance.call({ event: EVENT, requestId, variables }).outcome
      if (end.type !== 'result') throw new Error(`the call ended with ${end.type}`)
    },
    stop() {
      instance.kill()
      return instance.gone
    },
  }
}

async function startBare(): Promise<Echo> {
  const child = fork(join(directory, 'bare.js'), { execArgv: [] })
  return {
    async call() {
      const answered = once(child, 'message')
      child.send({ event: EVENT })
      await answered
    },
    stop() {
      child.kill('SIGKILL')
      return once(child, 'exit')
    },
  }
}

const start = kind === 'instance' ? startOurs : startBare
let warm: Echo | undefined

async function measure({ operation, seconds }: Job): Promise<object> {
  const latencies: number[] = []
  const began = performance.now()
  warm ??= await start()
  for (let from = performance.now(), to = from; from < began + seconds * 1000; from = to) {
    if (operation === 'call') await warm.call()
    else {
      const cold = await start()
      await cold.call()
      latencies.push(performance.now() - from)
      await cold.stop()
      to = performance.now()
      continue
    }
    to = performance.now()
    latencies.push(to - from)
  }
  const total = latencies.reduce((sum, ms) => sum + ms, 0)
  latencies.sort((a, b) => a - b)
  const share = (part: number) => latencies[Math.floor(latencies.length * part)]
  return { requests: latencies.length, seconds: total / 1000, p50: share(0.5), p99: share(0.99) }
}

process.on('message', (job: Job) => {
  measure(job).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: (error as Error).stack }),
  )
})
process.on('disconnect', () => process.exit(0))
process.once('SIGTERM', () => process.exit(0))
