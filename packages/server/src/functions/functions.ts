/** The functions of a project: who may call them, how a call runs, and what is known about it afterwards. */
import { type Caller, CloudsteadError, personOf } from '@cloudstead/protocol'
import type { CurrentSettings, Mode } from '../settings.ts'
import { authorize } from './authorize.ts'
import {
  type CallRecord,
  type FunctionAnswer,
  type FunctionCall,
  FunctionError,
  type FunctionRunner,
  type LogLine,
  MAX_EVENT_BYTES,
  type ThrownError,
} from './call.ts'
import { type CallLog, createCallLog } from './call-log.ts'
import type { CallTokens } from './call-token.ts'
import type { FunctionDefinition, Project, ProjectState } from './definition.ts'
import type { FunctionsLog } from './functions-log.ts'
import type { Detour } from './host/messages.ts'
import { callVariables, instanceEnvironment, type SigningKey } from './instances/environment.ts'
import { type Instance, LoadError, startInstance } from './instances/instance.ts'
import { createPool } from './instances/pool.ts'
import { type Reaper, startReaper } from './instances/reaper.ts'

/** Functions that call each other, one within the other. */
const MAX_DEPTH = 8
/** Instances that may end, one after the other, before they begin a call. */
const MAX_ATTEMPTS = 3

export interface FunctionsOptions {
  readonly env: string
  readonly mode: Mode
  readonly project: Project
  readonly settings: CurrentSettings
  readonly key: SigningKey
  /** The PATH of the server. */
  readonly searchPath: string
  readonly tokens: CallTokens
  /** The origin of all URLs that this server gives out; undefined when it is that of each request. */
  readonly publicUrl: string | undefined
  /** The address of this server for its functions. */
  readonly server: () => Promise<string>
  readonly now: () => number
  readonly log: FunctionsLog
}

/** An instance as the operator sees it. */
interface InstanceState {
  readonly function: string
  readonly pid: number | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly busy: boolean
  readonly memoryMB: number
}

type CallEnding = Pick<CallRecord, 'status' | 'cold' | 'memoryMB' | 'lines' | 'error'>

export interface Functions extends FunctionRunner {
  project(): ProjectState
  readonly calls: Pick<CallLog, 'list' | 'counts' | 'follow'>
  /** Of one function, or all. */
  instances(name?: string): readonly InstanceState[]
  /** Lets the calls that run end, then ends all processes. */
  close(): Promise<void>
}

export function createFunctions(options: FunctionsOptions): Functions {
  const { env, mode, project, settings, key, searchPath, publicUrl, tokens, now, log } = options
  const calls = createCallLog()
  const pool = createPool({ start, find, now })
  const running = new Set<Promise<unknown>>()
  /** The call that each instance runs, or ran last. */
  const latest = new WeakMap<Instance, string>()
  let home: { readonly reaper: Reaper; readonly server: string } | undefined
  let opening: Promise<void> | undefined
  let started = 0

  function find(name: string): FunctionDefinition | undefined {
    return project.current(name).functions.get(name)
  }

  /** What instances need is there from the first call on. */
  async function open(): Promise<void> {
    const [reaper, server] = await Promise.all([startReaper(), options.server()])
    home = { reaper, server }
  }

  function start(definition: FunctionDefinition): Instance {
    if (home === undefined) throw new Error('the functions are not open')
    const { reaper, server } = home
    const scratch = reaper.scratch(String(started++))
    let pid: number | undefined
    const instance: Instance = startInstance({
      env,
      definition,
      environment: instanceEnvironment(definition, { env, server, key, scratch, searchPath }),
      scratch,
      detours: [...detourOfWechat(server), ...detourOfFiles(server)],
      line: (line) => wrote(definition.name, latest.get(instance), line),
      started(of) {
        pid = of
        reaper.watch(of)
      },
      ended() {
        if (pid !== undefined) reaper.forget(pid)
        reaper.remove(scratch)
      },
    })
    return instance
  }

  /** Where requests to WeChat go, if not there: as logins do. In `dev`, made-up users are known here. */
  function detourOfWechat(server: string): readonly Detour[] {
    const { madeUpIdentities, apiBase } = settings().auth.wechat
    if (!madeUpIdentities && apiBase === 'https://api.weixin.qq.com') return []
    return [{ from: 'api.weixin.qq.com', below: ['/'], to: madeUpIdentities ? server : apiBase, announced: true }]
  }

  /**
   * SDKs upload and download by URLs that begin with the public address, to which this machine may have no way: it may be
   * behind a router that sends nothing back, or in a container.
   */
  function detourOfFiles(server: string): readonly Detour[] {
    if (publicUrl === undefined) return []
    return [{ from: new URL(publicUrl).host, below: ['/u/', '/o/'], to: server, announced: false }]
  }

  function wrote(name: string, requestId: string | undefined, line: LogLine): void {
    calls.publish({ type: 'line', function: name, requestId, line })
    if (mode === 'dev') log.info({}, `[${name}] ${line.text}`)
    else log.debug({ function: name, call: requestId, stream: line.stream }, line.text)
  }

  async function invoke(call: FunctionCall): Promise<FunctionAnswer> {
    const run = runCall(call)
    running.add(run)
    return run.finally(() => running.delete(run))
  }

  async function runCall(call: FunctionCall): Promise<FunctionAnswer> {
    const startedAt = now()
    const { name, requestId, trigger, caller } = call
    authorize(settings().functions.rules, { name, caller, now: startedAt }, trigger)
    const { definition, ...within } = admit(call)

    const end = (ended: CallEnding): void => {
      const about = { requestId, function: name, trigger, timer: call.timer, caller: shown(caller) }
      const recorded = { ...about, startedAt, durationMs: now() - startedAt, ...ended }
      calls.add(recorded)
      report(recorded)
    }
    const failed = (code: FunctionError['code'], thrown?: ThrownError, known?: Partial<CallEnding>) => {
      end({ cold: false, memoryMB: 0, lines: [], ...known, status: code, error: thrown })
      return new FunctionError(code, mode === 'dev' && thrown ? `${thrown.name}: ${thrown.message}` : undefined, thrown)
    }

    if (definition.unsupported !== undefined) {
      throw failed('FUNCTIONS_EXECUTE_FAIL', { name: 'Error', message: definition.unsupported.en })
    }
    if (within.depth >= MAX_DEPTH) {
      const message = `functions call each other more than ${MAX_DEPTH} deep`
      throw failed('FUNCTIONS_EXECUTE_FAIL', { name: 'Error', message })
    }
    opening ??= open().catch((error: unknown) => {
      // The next call tries again.
      opening = undefined
      throw error
    })
    await opening
    const { taken, outcome, lines, durationMs, memoryMB } = await runSomewhere(call, within, failed)
    const known = { cold: taken.cold, memoryMB, lines }
    const { definition: ran } = taken.instance
    switch (outcome.type) {
      case 'result':
        end({ ...known, status: 'ok', error: undefined })
        return { result: outcome.result, requestId, durationMs }
      case 'bad-event':
        throw new CloudsteadError('INVALID_PARAM', {
          en: 'the data for the function is not valid JSON',
          zh: '传给云函数的数据不是有效的 JSON',
        })
      case 'thrown':
      case 'ended':
        throw failed('FUNCTIONS_EXECUTE_FAIL', outcome.error, known)
      case 'too-large': {
        const message = `the result has ${outcome.bytes} bytes; at most 6 MB can be returned`
        throw failed('EXCEED_MAX_RESPONSE_SIZE', { name: 'Error', message }, known)
      }
      case 'timeout': {
        const message = `there was no result within ${ran.timeoutMs / 1000} s`
        throw failed('FUNCTIONS_TIME_LIMIT_EXCEEDED', { name: 'Error', message }, known)
      }
      case 'memory': {
        const message = `more than ${ran.memoryMB} MB were needed`
        throw failed('FUNCTIONS_MEMORY_LIMIT_EXCEEDED', { name: 'Error', message }, known)
      }
    }
  }

  /** Runs a call in an instance. One that ends before it begins the call, because of the call before, leaves it to another. */
  async function runSomewhere(
    call: FunctionCall,
    within: Omit<ReturnType<typeof admit>, 'definition'>,
    failed: (code: FunctionError['code'], thrown?: ThrownError, known?: Partial<CallEnding>) => FunctionError,
  ) {
    for (let attempt = 1; ; attempt++) {
      const taken = await pool.acquire(call.name).catch((error: unknown) => {
        if (error instanceof LoadError) {
          throw failed('FUNCTIONS_EXECUTE_FAIL', error.thrown, { cold: true, lines: error.lines })
        }
        throw error instanceof CloudsteadError ? failed(error.code) : error
      })
      const ran = await runIn(taken.instance, call, within)
      const { outcome } = ran
      if (outcome.type !== 'ended' || outcome.begun || attempt >= MAX_ATTEMPTS) return { taken, ...ran }
    }
  }

  /** What is known of a call that may be made. A call from within another one is made for the same person. */
  function admit({ name, event, trigger, within, caller, sourceIp, origin }: FunctionCall) {
    const definition = find(name)
    if (definition === undefined) throw new CloudsteadError('FUNCTION_NOT_FOUND')
    // A body of this size is a longer text in the event of a route.
    if (trigger !== 'http' && Buffer.byteLength(event) > MAX_EVENT_BYTES) {
      throw new CloudsteadError('EXCEED_REQUEST_SIZE_LIMIT', {
        en: 'the data for a function has more than 6 MB',
        zh: '传给云函数的数据超过 6 MB',
      })
    }
    const outer = within === undefined ? undefined : tokens.open(within)
    if (outer === undefined) return { definition, depth: 0, user: caller, sourceIp, origin }
    const { person, depth } = outer
    const user: Caller = person === null ? caller : { kind: 'user', ...person, sessionId: '' }
    return { definition, depth: depth + 1, user, sourceIp: outer.sourceIp, origin: outer.origin }
  }

  async function runIn(
    instance: Instance,
    { name, event, requestId, trigger }: FunctionCall,
    { depth, user, sourceIp, origin }: Omit<ReturnType<typeof admit>, 'definition'>,
  ) {
    const { appid } = settings().auth.wechat
    const token = tokens.issue({
      requestId,
      function: name,
      depth,
      person: personOf(user),
      sourceIp,
      origin,
    })
    const variables = callVariables({ caller: user, trigger, requestId, sourceIp }, { token, appid })
    latest.set(instance, requestId)
    const calledAt = now()
    const openId = user.kind === 'user' ? user.openid : undefined
    const identity = openId === undefined ? undefined : { openId, appId: appid ?? '' }
    const { outcome, lines } = instance.call({ event, identity, requestId, variables })
    const ended = await outcome
    const memoryMB = instance.memoryMB()
    pool.release(instance)
    return { outcome: ended, lines, memoryMB, durationMs: now() - calledAt }
  }

  function report({ lines: _, error, ...call }: CallRecord): void {
    if (mode === 'dev') {
      if (call.status === 'ok') return
      // A line each: a line end within one would be escaped.
      const lines = (error?.stack ?? error?.message ?? '').split('\n')
      for (const line of [call.status, ...lines]) log.warn({}, `[${call.function}] ${line}`)
    } else log.debug({ ...call, error }, 'a function was called')
  }

  return {
    invoke,
    project: project.current,
    calls,
    instances: (name) =>
      pool.list(name).map((instance) => ({
        function: instance.definition.name,
        pid: instance.pid,
        startedAt: instance.startedAt,
        busy: instance.busy,
        memoryMB: instance.memoryMB(),
      })),
    async close() {
      while (running.size > 0) await Promise.allSettled(running)
      await pool.close()
      await opening
      await home?.reaper.close()
    },
  }
}

/** Who has called, for the operator. */
function shown(caller: Caller): string {
  return caller.kind === 'user' ? caller.uid : caller.kind
}
