/** Signing in. */
import { DONE, TEXT, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import { array, boolean, choice, integer, object, optional, type Static, string } from '../schema.ts'

const SESSION = object({
  signedIn: boolean(),
  env: string(),
  version: string(),
  mode: choice(['start', 'dev']),
  passwordSet: boolean({ description: 'whether signing in by password is possible' }),
  /** Only when signed in. */
  operator: optional(
    object({
      by: choice(['link', 'password', 'key']),
      name: string({ description: 'the id of the key, else "operator"' }),
      since: TIME,
      expiresAt: TIME,
    }),
  ),
})
export type Session = Static<typeof SESSION>

export const getSession = operation('GET', '/session', {
  summary: 'Says whether the browser is signed in, and to which environment',
  open: true,
  answer: SESSION,
})

export const signIn = operation('POST', '/session', {
  summary: 'Signs in by the one-time link of the terminal, by password or by api key; sets the session cookie',
  open: true,
  body: object({
    link: optional(string({ maxLength: 200, description: 'the token of a link' })),
    secret: optional(string({ maxLength: 200, description: 'a password or an api key' })),
  }),
  answer: SESSION,
  errors: ['CONSOLE_SIGN_IN_FAILED', 'CONSOLE_TOO_MANY_ATTEMPTS'],
})

export const signOut = operation('DELETE', '/session', {
  summary: 'Ends the session, or with everywhere=true every Console session of everybody',
  query: { everywhere: optional(boolean()) },
  answer: DONE,
})

export const setPassword = operation('PUT', '/password', {
  summary: 'Sets the password of the Console; every other session ends',
  description: 'Whoever signed in by password has to give the current one.',
  body: object({
    current: optional(string({ maxLength: 200 })),
    password: string({ minLength: 10, maxLength: 200 }),
  }),
  answer: DONE,
  errors: ['CONSOLE_SIGN_IN_FAILED', 'CONSOLE_TOO_MANY_ATTEMPTS'],
})

const WARNING = object({
  code: string(),
  severity: choice(['warning', 'note']),
  text: TEXT,
  advice: optional(TEXT),
  setting: optional(string({ description: 'the key of the setting that it is about' })),
})
export type OverviewWarning = Static<typeof WARNING>

const OVERVIEW = object({
  env: string(),
  bucket: string(),
  endpoint: string({ description: 'http://host:port under which this browser reaches the server' }),
  version: string(),
  mode: choice(['start', 'dev']),
  startedAt: TIME,
  healthy: boolean(),
  memoryBytes: integer(),
  usage: object({
    files: integer(),
    bytes: integer(),
    collections: integer(),
    documents: integer(),
    users: integer(),
    asOf: TIME,
    counting: optional(boolean({ description: 'the first count still goes on: there is more' })),
  }),
  warnings: array(WARNING),
})
export type Overview = Static<typeof OVERVIEW>

export const getOverview = operation('GET', '/overview', {
  summary: 'State of the environment: health, usage, and what there is to warn about',
  answer: OVERVIEW,
})

const TRAFFIC = object({
  stepSeconds: integer(),
  since: TIME,
  points: array(object({ at: TIME, requests: integer(), errors: integer(), denied: integer() })),
})
export type Traffic = Static<typeof TRAFFIC>

export const getTraffic = operation('GET', '/traffic', {
  summary: 'Requests, errors and denials over time, oldest first; counted since the server was started',
  query: { minutes: optional(integer({ minimum: 5, maximum: 1440 })) },
  answer: TRAFFIC,
})
