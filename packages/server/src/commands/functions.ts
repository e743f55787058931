/** `cloudstead functions`: lists and calls the functions of the running server, shows their log, examines a project. */
import type { FunctionCall } from '@cloudstead/admin-api'
import { type AdminClient, AnsweredError, withServer } from './admin-client.ts'
import { type Environment, parseOptions, parseWithName, UsageError, urlOption } from './options.ts'
import { DATA_OPTIONS } from './places.ts'
import { stopSignal } from './run-server.ts'

const COMMON = { ...DATA_OPTIONS, json: { type: 'boolean' }, url: { type: 'string' } } as const
const CALL = { ...COMMON, data: { type: 'string' }, as: { type: 'string' } } as const
const LOGS = { ...COMMON, follow: { type: 'boolean' } } as const

const ACTIONS: Readonly<Record<string, (args: readonly string[], environment: Environment) => Promise<number>>> = {
  list,
  call,
  logs,
  doctor: async (args, environment) => (await import('./functions-doctor.ts')).functionsDoctor(args, environment),
  install: async (args, environment) => (await import('./functions-install.ts')).functionsInstall(args, environment),
}

export async function functionsCommand(
  [action = '', ...rest]: readonly string[],
  environment: Environment,
): Promise<number> {
  const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  if (run === undefined) throw new UsageError(`functions needs one of: ${Object.keys(ACTIONS).join(', ')}`)
  return run(rest, environment)
}

async function list(args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, COMMON)
  const { items, problems, root } = await withServer(withUrl(options), environment, ['functions:read'], (server) =>
    server.call('listFunctions'),
  )
  for (const { function: name, message } of problems) {
    process.stderr.write(`! ${name === undefined ? '' : `${name}: `}${message.en}\n`)
  }
  if (options.json) return print(items)
  if (root === undefined) {
    process.stdout.write(
      'There are no functions: set functions.root in the configuration, or start with --functions.\n',
    )
    return 0
  }
  const rows = items.map(({ name, timeout, memorySize, handler, triggers, routes, variables }) => [
    name,
    `${timeout} s`,
    `${memorySize} MB`,
    handler,
    triggers.map((trigger) => `${trigger.name} (${trigger.config})`).join(', ') || '-',
    routes.map(({ path }) => `/fn${path}`).join(', ') || '-',
    variables.join(', ') || '-',
  ])
  table([['FUNCTION', 'TIMEOUT', 'MEMORY', 'HANDLER', 'TIMERS', 'ROUTES', 'VARIABLES'], ...rows])
  return 0
}

async function call(args: readonly string[], environment: Environment): Promise<number> {
  const { values: options, name } = parseWithName(args, CALL)
  if (name === undefined) throw new UsageError('functions call needs the name of a function')
  const data = options.data === undefined ? undefined : parsed(options.data)
  return withServer(withUrl(options), environment, ['functions:write', 'users:read'], async (server) => {
    const as = await personOf(server, options.as)
    try {
      const answer = await server.call('invokeFunction', {
        params: { name },
        body: { ...(data === undefined ? {} : { data }), ...(as === undefined ? {} : { as }), trigger: 'cli' },
      })
      if (options.json) return print(answer)
      return print(answer.result)
    } catch (error) {
      if (!(error instanceof AnsweredError)) throw error
      return failed(server, name, error, options.json === true)
    }
  })
}

/** Tells what the caller of a function does not learn: what was thrown, and where. */
async function failed(server: AdminClient, name: string, error: AnsweredError, json: boolean): Promise<1> {
  const { code, message, requestId } = error
  const { items } = await server
    .call('listFunctionCalls', { params: { name }, query: { requestId } })
    .catch(() => ({ items: [] }))
  const thrown = items[0]?.error
  if (json) print({ code, message, requestId, ...(thrown === undefined ? {} : { error: thrown }) })
  else process.stderr.write(`${code}: ${safe(thrown?.stack ?? thrown?.message ?? message)}\n`)
  return 1
}

async function logs(args: readonly string[], environment: Environment): Promise<number> {
  const { values: options, name = '*' } = parseWithName(args, LOGS)
  const show = options.json ? line : printCall
  return withServer(withUrl(options), environment, ['functions:read'], async (server) => {
    if (options.follow) await follow(server, name, show)
    else await showPast(server, name, show)
    return 0
  })
}

/** Shows the calls that have ended, the oldest first. @returns their ids */
async function showPast(server: AdminClient, name: string, show: (call: FunctionCall) => void) {
  const { items } = await server.call('listFunctionCalls', { params: { name } })
  for (const item of items.toReversed()) show(item)
  return new Set(items.map(({ requestId }) => requestId))
}

/** The same, then each call that ends, until the command is stopped. */
async function follow(server: AdminClient, name: string, show: (call: FunctionCall) => void): Promise<void> {
  const ending = new AbortController()
  void stopSignal().then(() => ending.abort())
  let shown: ReadonlySet<string> | undefined
  try {
    for await (const { call } of server.lines('followFunctionCalls', { params: { name } }, ending.signal)) {
      // After the first line nothing is missed, so a call that ends meanwhile can come twice.
      shown ??= await showPast(server, name, show)
      if (call !== undefined && !shown.has(call.requestId)) show(call)
    }
  } catch (error) {
    if (!ending.signal.aborted) throw error
  }
}

function printCall({ startedAt, status, durationMs, requestId, lines, error, ...call }: FunctionCall): void {
  const time = new Date(startedAt).toISOString()
  const facts = [time, call.function, status, `${durationMs} ms`, call.trigger, call.caller, requestId]
  const detail = error === undefined ? [] : (error.stack ?? `${error.name}: ${error.message}`).split('\n')
  const text = [...lines.map((one) => one.text), ...detail].map((one) => `    ${safe(one)}\n`)
  process.stdout.write(`${facts.join('  ')}\n${text.join('')}`)
}

/** Whatever a function writes must not control a terminal. */
function safe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}

/** JSON in which the control characters are escaped that JSON leaves as they are. */
function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
}

/** `UID`, `anonymous` or `openid:ID`. Undefined: an administrator. */
async function personOf(server: AdminClient, text: string | undefined) {
  if (text === undefined) return undefined
  if (text === 'anonymous') return { uid: 'anonymous', loginType: 'ANONYMOUS' } as const
  const openid = /^openid:(.+)$/.exec(text)?.[1]
  const { items } = await server.call('nameUsers', { body: { ids: [openid ?? text] } })
  const [found] = items
  if (found === undefined) throw new UsageError(`--as ${text}: there is no such user`)
  const { user } = await server.call('getUser', { params: { uid: found.uid } })
  const { uid, loginType, customUserId, wechat } = user
  return {
    uid,
    loginType,
    ...(customUserId === undefined ? {} : { customUserId }),
    ...(wechat === undefined ? {} : { openid: wechat.openid }),
  }
}

function withUrl<T extends { readonly url?: string }>(options: T): Omit<T, 'url'> & { url: string | undefined } {
  return { ...options, url: urlOption('url', options.url) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`--data is not valid JSON: ${text.slice(0, 100)}`)
  }
}

function print(value: unknown): 0 {
  process.stdout.write(`${safeJson(value, 2)}\n`)
  return 0
}

function line(value: unknown): void {
  process.stdout.write(`${safeJson(value)}\n`)
}

function table(rows: readonly (readonly string[])[]): void {
  const [head = []] = rows
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`)
  }
}
