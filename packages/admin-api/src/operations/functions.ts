/** Cloud functions: what there is, calls and their log, timers. */
import { ANSWERING, PROBLEM, TEXT, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import { any, array, boolean, choice, integer, nullable, object, optional, type Static, string } from '../schema.ts'
import { PERSON } from './rules.ts'

const NAME = string({ maxLength: 60 })
/** Calls per page. */
const MAX_CALLS = 1000

const TRIGGER = object({
  name: string(),
  type: choice(['timer']),
  config: string({ description: 'second minute hour day month weekday year' }),
  next: optional(TIME),
})
export type FunctionTrigger = Static<typeof TRIGGER>

const ROUTE = object({
  path: string({ description: 'below /fn' }),
  auth: boolean({ description: 'whether a caller needs an access token' }),
})

const THROWN = object({
  name: string(),
  message: string(),
  stack: optional(string({ description: 'with the file and the line of each call' })),
})
export type ThrownError = Static<typeof THROWN>

const LINE = object({ time: TIME, stream: choice(['stdout', 'stderr']), text: string() })
export type FunctionLogLine = Static<typeof LINE>

const CALL = object({
  requestId: string(),
  function: string(),
  trigger: choice(['sdk', 'http', 'timer', 'admin', 'cli']),
  timer: optional(string()),
  caller: string({ description: 'a uid, "admin" or "nobody"' }),
  startedAt: TIME,
  durationMs: integer(),
  status: string({ description: '"ok" or the code of the error' }),
  cold: boolean({ description: 'whether an instance was started for it' }),
  memoryMB: integer(),
  lines: array(LINE),
  error: optional(THROWN),
})
export type FunctionCall = Static<typeof CALL>

const FUNCTION = object({
  name: string(),
  handler: string(),
  timeout: integer({ description: 'seconds' }),
  memorySize: integer({ description: 'MB' }),
  maxInstances: integer(),
  triggers: array(TRIGGER),
  routes: array(ROUTE),
  variables: array(string(), { description: 'the names of its variables; values are never shown' }),
  allow: array(string(), { description: 'what it may do beyond the sandbox' }),
  unsupported: optional(TEXT),
  calls: integer({ description: 'since the start of the server, like errors and coldStarts' }),
  errors: integer(),
  coldStarts: integer(),
  medianMs: optional(integer({ description: 'of the last calls that went well' })),
  lastCall: optional(object({ startedAt: TIME, status: string(), requestId: string() })),
})
export type CloudFunction = Static<typeof FUNCTION>

const INSTANCE = object({ pid: integer(), startedAt: TIME, busy: boolean(), memoryMB: integer() })
export type FunctionInstance = Static<typeof INSTANCE>

const PROJECT_PROBLEM = object({ function: optional(string()), message: TEXT })

export const listFunctions = operation('GET', '/functions', {
  summary: 'Lists the functions of the project, with the counts of the answering server',
  answer: object({
    server: ANSWERING,
    root: optional(string({ description: 'the directory of the functions; absent: there are none' })),
    items: array(FUNCTION),
    problems: array(PROJECT_PROBLEM),
  }),
})

export const getFunction = operation('GET', '/functions/{name}', {
  summary: 'Returns one function with its processes',
  params: { name: NAME },
  answer: object({
    server: ANSWERING,
    function: FUNCTION,
    instances: array(INSTANCE),
    problems: array(PROJECT_PROBLEM),
  }),
  errors: ['FUNCTION_NOT_FOUND'],
})

export const invokeFunction = operation('POST', '/functions/{name}/invoke', {
  summary: 'Calls a function; the rules do not apply',
  description:
    'data is the event. The function sees the user in as; null is nobody, and without it the call is that of an administrator.',
  params: { name: NAME },
  body: object({
    data: optional(any<unknown>()),
    as: optional(nullable(PERSON)),
    trigger: optional(choice(['admin', 'cli'])),
  }),
  answer: object({ result: any<unknown>(), requestId: string(), durationMs: integer() }),
  errors: [
    'FUNCTION_NOT_FOUND',
    'FUNCTIONS_EXECUTE_FAIL',
    'FUNCTIONS_TIME_LIMIT_EXCEEDED',
    'FUNCTIONS_MEMORY_LIMIT_EXCEEDED',
    'EXCEED_MAX_RESPONSE_SIZE',
    'EXCEED_CONCURRENT_REQUEST_LIMIT',
  ],
})

export const runFunctionTimer = operation('POST', '/functions/{name}/timers/{timer}/run', {
  summary: 'Runs a timer now',
  params: { name: NAME, timer: string({ maxLength: 120 }) },
  answer: object({ result: any<unknown>(), requestId: string(), durationMs: integer() }),
  errors: ['FUNCTION_NOT_FOUND', 'NOT_FOUND', 'FUNCTIONS_EXECUTE_FAIL', 'FUNCTIONS_TIME_LIMIT_EXCEEDED'],
})

/** The name `*` means all functions. */
const OF = { name: string({ maxLength: 60, description: 'a function, or * for all' }) }

export const listFunctionCalls = operation('GET', '/functions/{name}/logs', {
  summary: 'Lists calls with what the function wrote, newest first: the last 1,000 of the answering server',
  params: OF,
  query: {
    failed: optional(boolean({ description: 'only calls that failed' })),
    search: optional(
      string({ maxLength: 200, description: 'part of a line, the error, the caller or the request id' }),
    ),
    requestId: optional(string({ maxLength: 128 })),
    limit: optional(integer({ minimum: 1, maximum: MAX_CALLS })),
  },
  answer: object({ server: ANSWERING, items: array(CALL) }),
})

const LOG_EVENT = object({
  line: optional(object({ function: string(), requestId: optional(string()), line: LINE })),
  call: optional(CALL),
  finished: optional(boolean({ description: 'there are no functions' })),
  error: optional(PROBLEM),
})
export type FunctionLogEvent = Static<typeof LOG_EVENT>

export const followFunctionCalls = operation('GET', '/functions/{name}/logs/follow', {
  summary: 'Sends lines as functions write them, and calls as they end',
  description: 'The first line is empty, and so is one every 15 seconds in which nothing happens.',
  params: OF,
  kind: 'lines',
  answer: LOG_EVENT,
})
