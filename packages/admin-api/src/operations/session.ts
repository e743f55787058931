/** The Console session, its password, and the overview of the environment. */
import { ANSWERING, DONE, TEXT, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import { array, boolean, choice, integer, number, object, optional, type Static, string } from '../schema.ts'

const SESSION = object({
  signedIn: boolean(),
  env: string(),
  version: string(),
  mode: choice(['start', 'dev']),
  passwordSet: boolean({ description: 'whether an operator can sign in with a password' }),
  /** Only when signed in. */
  operator: optional(
    object({
      by: choice(['link', 'password', 'key']),
      name: string({ description: 'the id of the key, or "operator"' }),
      since: TIME,
      expiresAt: TIME,
    }),
  ),
})
export type Session = Static<typeof SESSION>

export const getSession = operation('GET', '/session', {
  summary: 'Returns the session of the browser and the environment',
  open: true,
  answer: SESSION,
})

export const signIn = operation('POST', '/session', {
  summary: 'Signs in with a one-time link, a password or an API key; sets the session cookie',
  open: true,
  body: object({
    link: optional(string({ maxLength: 200, description: 'the token of a link' })),
    secret: optional(string({ maxLength: 200, description: 'a password or an API key' })),
  }),
  answer: SESSION,
  errors: ['CONSOLE_SIGN_IN_FAILED', 'CONSOLE_TOO_MANY_ATTEMPTS'],
})

export const signOut = operation('DELETE', '/session', {
  summary: 'Ends the session, or with everywhere=true every Console session',
  query: { everywhere: optional(boolean()) },
  answer: DONE,
})

export const setPassword = operation('PUT', '/password', {
  summary: 'Sets the password of the Console and ends every other session',
  description: 'If there is a password, the current one must be sent. API keys cannot set it.',
  body: object({
    current: optional(string({ maxLength: 200 })),
    password: string({ minLength: 10, maxLength: 200 }),
  }),
  answer: DONE,
  errors: ['CONSOLE_SIGN_IN_FAILED', 'CONSOLE_TOO_MANY_ATTEMPTS', 'ACTION_FORBIDDEN'],
})

const WARNING = object({
  code: string(),
  severity: choice(['warning', 'note']),
  text: TEXT,
  advice: optional(TEXT),
  setting: optional(string({ description: 'the key of the setting concerned' })),
})
export type OverviewWarning = Static<typeof WARNING>

const NODE = object({
  id: string(),
  name: string({ description: 'the name of the machine and the number of the process' }),
  version: string(),
  startedAt: TIME,
  seenAt: TIME,
  isDraining: boolean({ description: 'it has been told to stop and finishes what it has begun' }),
  configHash: string({ description: 'the same on servers whose configuration files have the same content' }),
  load: object({
    requests: number({ description: 'per second' }),
    processors: number({ description: '1 is one whole processor' }),
    memory: integer({ description: 'resident memory in bytes' }),
  }),
  clockOffsetMs: integer({ description: 'how far its clock is ahead of that of the database' }),
  feedLagMs: optional(integer({ description: 'how late it saw the last change of another server' })),
})
export type ServerNode = Static<typeof NODE>

const OVERVIEW = object({
  env: string(),
  bucket: string(),
  endpoint: string({ description: 'the http://host:port at which this browser reaches the server' }),
  version: string(),
  mode: choice(['start', 'dev']),
  startedAt: TIME,
  now: integer({ description: 'the time of this answer by the clock of the database, like the times in nodes' }),
  state: choice(['ok', 'degraded', 'draining', 'failing']),
  problems: array(choice(['records', 'blobs', 'clock']), { description: 'what does not work' }),
  memoryBytes: integer(),
  usage: object({
    files: integer(),
    bytes: integer(),
    collections: integer(),
    documents: integer(),
    users: integer(),
    asOf: TIME,
    counting: optional(boolean({ description: 'the first count is still running, so the numbers are too low' })),
  }),
  warnings: array(WARNING),
  nodes: array(NODE, { description: 'the servers on this data; the one that answers comes first' }),
})
export type Overview = Static<typeof OVERVIEW>

export const getOverview = operation('GET', '/overview', {
  summary: 'Returns the state of the environment: health, usage and warnings',
  answer: OVERVIEW,
})

const TRAFFIC = object({
  server: ANSWERING,
  stepSeconds: integer(),
  since: TIME,
  points: array(object({ at: TIME, requests: integer(), errors: integer(), denied: integer() })),
})
export type Traffic = Static<typeof TRAFFIC>

export const getTraffic = operation('GET', '/traffic', {
  summary:
    'Returns requests, errors and denials over time, oldest first, counted by the answering server since its start',
  query: { minutes: optional(integer({ minimum: 5, maximum: 1440 })) },
  answer: TRAFFIC,
})
