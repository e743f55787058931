import type { CloudFunction, FunctionCall, FunctionLogEvent, functionsOperations, Person } from '@cloudstead/admin-api'
import { type AdminCaller, type Caller, CloudsteadError, NOBODY } from '@cloudstead/protocol'
import type { Nodes } from '../../cluster/nodes.ts'
import type { CallRecord, FunctionAnswer, ThrownError } from '../../functions/call.ts'
import type { LogEvent } from '../../functions/call-log.ts'
import type { FunctionDefinition, ProjectProblem } from '../../functions/definition.ts'
import type { OpenFunctions } from '../../functions/open.ts'
import { answeringServer } from './answering-server.ts'
import type { Handlers } from './handlers.ts'

/** Calls per answer if the request has no limit. */
const DEFAULT_CALLS = 50
/** Calls whose times make the median. */
const MEDIAN_OF = 100
const ALL = '*'
/** Events that a slow reader may be behind; it misses what comes beyond. */
const MAX_BEHIND = 1000
/** A line without content shows that the connection is alive. */
const SILENCE_MS = 15_000

export interface FunctionsHandlersOptions {
  /** Undefined while there are no functions. */
  readonly functions: () => OpenFunctions | undefined
  readonly nodes: Pick<Nodes, 'list'>
}

/** The functions of the project: what there is, what they did, and calls by the operator. */
export function functionsHandlers({
  functions,
  nodes,
}: FunctionsHandlersOptions): Handlers<typeof functionsOperations> {
  const server = async () => answeringServer(await nodes.list())

  function found(name: string) {
    const open = functions()
    const definition = open?.project().functions.get(name)
    if (open === undefined || definition === undefined) throw new CloudsteadError('FUNCTION_NOT_FOUND')
    return { open, definition }
  }

  return {
    async listFunctions() {
      const open = functions()
      if (open === undefined) return { server: await server(), items: [], problems: [] }
      const { root, functions: all, problems } = open.project()
      const items = [...all.values()].map((definition) => described(open, definition))
      return { server: await server(), ...(root === undefined ? {} : { root }), items, problems: problems.map(shown) }
    },

    async getFunction({ params: { name } }) {
      const { open, definition } = found(name)
      const instances = open.instances(name).flatMap(({ function: _, pid, ...instance }) =>
        // A process that could not be started has no id.
        pid === undefined ? [] : [{ pid, ...instance }],
      )
      const problems = open.project().problems.filter((problem) => problem.function === name)
      return {
        server: await server(),
        function: described(open, definition),
        instances,
        problems: problems.map(shown),
      }
    },

    async invokeFunction({ params: { name }, body: { data, as, trigger = 'admin' } }, context) {
      const { open } = found(name)
      const { caller, origin, peer, requestId } = context
      const answer = await open.invoke({
        name,
        event: data === undefined ? '' : JSON.stringify(data),
        caller: callerOf(as, caller),
        trigger,
        requestId,
        sourceIp: peer,
        origin,
      })
      return answerOf(answer)
    },

    async runFunctionTimer({ params: { name, timer } }, { requestId }) {
      const { open, definition } = found(name)
      const trigger = definition.triggers.find((one) => one.name === timer)
      if (trigger === undefined) {
        throw new CloudsteadError('NOT_FOUND', { en: 'There is no timer with this name.', zh: '没有该名称的定时器。' })
      }
      return answerOf(await open.timers.run(name, trigger, requestId))
    },

    async listFunctionCalls({ params: { name }, query: { limit = DEFAULT_CALLS, ...query } }) {
      const items = functions()?.calls.list({ ...query, function: name === ALL ? undefined : name, limit }) ?? []
      return { server: await server(), items: items.map(shownCall) }
    },

    async *followFunctionCalls({ params: { name } }, { signal }) {
      yield {}
      const open = functions()
      if (open === undefined) yield { finished: true }
      else yield* follow(open, name, signal)
    },
  }
}

/** What happens from now on, until the reader goes away. */
async function* follow(open: OpenFunctions, name: string, signal: AbortSignal): AsyncIterable<FunctionLogEvent> {
  const waiting: FunctionLogEvent[] = []
  let wake = () => {}
  const stop = open.calls.follow((event) => {
    const { function: of } = event.type === 'call' ? event.call : event
    if ((name !== ALL && of !== name) || waiting.length >= MAX_BEHIND) return
    waiting.push(eventOf(event))
    wake()
  })
  try {
    while (!signal.aborted) {
      const next = waiting.shift()
      if (next !== undefined) {
        yield next
        continue
      }
      const silence = await new Promise<boolean>((done) => {
        const timer = setTimeout(() => done(true), SILENCE_MS)
        wake = () => {
          clearTimeout(timer)
          done(false)
        }
        signal.addEventListener('abort', wake, { once: true })
      })
      signal.removeEventListener('abort', wake)
      if (silence) yield {}
    }
  } finally {
    stop()
  }
}

function eventOf(event: LogEvent): FunctionLogEvent {
  if (event.type === 'call') return { call: shownCall(event.call) }
  const { function: name, requestId, line } = event
  return { line: { function: name, ...(requestId === undefined ? {} : { requestId }), line } }
}

function described(open: OpenFunctions, definition: FunctionDefinition): CloudFunction {
  const { name, handler, timeoutMs, memoryMB, maxInstances, triggers, env, allow, unsupported } = definition
  const calls = open.calls.list({ function: name, limit: MEDIAN_OF })
  const times = calls.filter(({ status }) => status === 'ok').map(({ durationMs }) => durationMs)
  const median = times.sort((one, other) => one - other)[Math.floor(times.length / 2)]
  const [last] = calls
  return {
    name,
    handler,
    timeout: timeoutMs / 1000,
    memorySize: memoryMB,
    maxInstances,
    triggers: triggers.map((timer) => {
      const next = open.timers.next(timer)
      return { name: timer.name, type: 'timer', config: timer.cron, ...(next === undefined ? {} : { next }) }
    }),
    routes: open
      .project()
      .routes.filter((route) => route.function === name)
      .map(({ path, auth }) => ({ path, auth })),
    variables: Object.keys(env).sort(),
    allow: [...allow],
    ...(unsupported === undefined ? {} : { unsupported }),
    ...open.calls.counts(name),
    ...(median === undefined ? {} : { medianMs: median }),
    ...(last === undefined
      ? {}
      : { lastCall: { startedAt: last.startedAt, status: last.status, requestId: last.requestId } }),
  }
}

function shown({ function: name, message }: ProjectProblem) {
  return { ...(name === undefined ? {} : { function: name }), message }
}

function shownCall({ timer, error, lines, ...call }: CallRecord): FunctionCall {
  return {
    ...call,
    lines: [...lines],
    ...(timer === undefined ? {} : { timer }),
    ...(error === undefined ? {} : { error: thrownOf(error) }),
  }
}

function thrownOf({ name, message, stack }: ThrownError) {
  return { name, message, ...(stack === undefined ? {} : { stack }) }
}

/** Whom the function sees. */
function callerOf(as: Person | null | undefined, administrator: AdminCaller): Caller {
  if (as === undefined) return administrator
  return as === null ? NOBODY : { kind: 'user', ...as, sessionId: '' }
}

function answerOf({ result, requestId, durationMs }: FunctionAnswer) {
  return { result: JSON.parse(result) as unknown, requestId, durationMs }
}
