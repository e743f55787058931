/** Permissions: the rules of storage and of collections; what they would decide; what they denied. */
import { PAGE, page, TEXT, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import {
  any,
  anyObject,
  array,
  boolean,
  choice,
  either,
  integer,
  nullable,
  object,
  optional,
  type Static,
  string,
} from '../schema.ts'
import { SOURCE } from './settings.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** Whose rules: those of a collection, or without it those of storage. */
const TARGET = { collection: optional(string({ maxLength: 120 })) }
const RULES_TEXT = string({
  maxLength: 100_000,
  description: 'a preset such as "READONLY" in quotes, or a rules object; comments and trailing commas are tolerated',
})

const FINDING = object({
  severity: choice(['error', 'warning', 'note']),
  code: string(),
  key: optional(string({ description: 'the rule it is about, such as read' })),
  from: optional(integer({ description: 'where in the text it begins, in UTF-16 code units; absent: the whole' })),
  to: optional(integer()),
  message: TEXT,
})
export type Finding = Static<typeof FINDING>

const RULES = object({
  collection: optional(string()),
  text: string({ description: 'as it was written' }),
  preset: optional(choice(['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'])),
  source: SOURCE,
  locked: boolean({ description: 'the configuration file sets it, so it cannot be saved here' }),
  file: optional(string({ description: 'the configuration file that sets it' })),
  kept: optional(string({ description: 'what was saved here and does not hold because the file sets it' })),
  resourceOpenid: choice(['path', 'creator']),
  version: string({ description: 'give it back when saving' }),
  findings: array(FINDING),
})
export type Rules = Static<typeof RULES>

export const getRules = operation('GET', '/rules', {
  summary: 'The rules that hold for storage or for a collection',
  query: TARGET,
  answer: RULES,
  errors: ['DATABASE_COLLECTION_NOT_EXIST'],
})

export const saveRules = operation('PUT', '/rules', {
  summary: 'Makes other rules hold at once',
  body: object({ ...TARGET, text: RULES_TEXT, version: string() }),
  answer: RULES,
  errors: ['CONSOLE_CONFLICT', 'CONSOLE_SETTING_LOCKED', 'INVALID_PARAM'],
})

export const checkRules = operation('POST', '/rules/check', {
  summary: 'What there is to say about rules that are being written',
  body: object({ ...TARGET, text: RULES_TEXT }),
  answer: object({ valid: boolean(), findings: array(FINDING) }),
})

const PERSON = object({
  uid: string({ maxLength: 128 }),
  openid: optional(string({ maxLength: 128 })),
  customUserId: optional(string({ maxLength: 128 })),
  loginType: choice(['ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN']),
})
export type Person = Static<typeof PERSON>

const DECISION = object({
  allowed: boolean(),
  reason: TEXT,
  explanation: optional(any<unknown>({ description: 'the rule as a tree of what came of its parts' })),
  case: optional(anyObject<JsonObject>({ description: 'the request as a case for `cloudstead rules test`' })),
})
export type SimulatedDecision = Static<typeof DECISION>

export const simulateRules = operation('POST', '/rules/simulate', {
  summary: 'Asks rules whether a person may do something; changes nothing',
  description:
    'Without text the rules that hold now. A file or document that is stored is judged as it is stored; stored overrides it (null: as if it were not there). Rules that look at other documents see those of the database.',
  body: object({
    ...TARGET,
    text: optional(RULES_TEXT),
    as: nullable(PERSON),
    action: choice(['read', 'write', 'create', 'update', 'delete']),
    path: optional(string({ maxLength: 850, description: 'of the file' })),
    size: optional(integer({ minimum: 0, description: 'bytes of the upload' })),
    id: optional(either([string(), integer()], { description: 'of the document' })),
    query: optional(anyObject<JsonObject>({ description: 'of a read, update or delete by query' })),
    data: optional(anyObject<JsonObject>({ description: 'what is written: the new document, or the update' })),
    stored: optional(nullable(anyObject<JsonObject>())),
  }),
  answer: DECISION,
  errors: ['INVALID_PARAM', 'INVALID_FILE_NAME', 'DATABASE_COLLECTION_NOT_EXIST'],
})

const DENIAL = object({
  id: string(),
  at: TIME,
  requestId: string(),
  count: integer({ description: 'how often the same was denied' }),
  code: string(),
  caller: nullable(PERSON),
  reason: string(),
  collection: optional(string({ description: 'absent for files' })),
  explanation: optional(any<unknown>()),
  case: optional(anyObject<JsonObject>()),
})
export type Denial = Static<typeof DENIAL>

export const listDenials = operation('GET', '/denials', {
  summary: 'What the rules denied lately, newest first: the last 1,000 since the server was started',
  query: {
    about: optional(choice(['storage', 'database'])),
    search: optional(string({ maxLength: 200, description: 'in the caller, the reason or the request id' })),
    since: optional(integer({ description: 'only later ones, in milliseconds since the epoch' })),
    ...PAGE,
  },
  answer: page(DENIAL),
})

export const replayCase = operation('POST', '/rules/replay', {
  summary: 'Asks edited rules about a request that was denied',
  description: 'What the case does not bring along is looked up, but for a file: that was not there.',
  body: object({ ...TARGET, text: RULES_TEXT, case: anyObject<JsonObject>() }),
  answer: DECISION,
  errors: ['INVALID_PARAM', 'INVALID_FILE_NAME', 'DATABASE_COLLECTION_NOT_EXIST'],
})

const CHANGE = object({
  id: string(),
  at: TIME,
  by: string({ description: 'who changed it: the operator, the id of a key, or the configuration file' }),
  key: string(),
  before: nullable(string({ description: 'as text; null: it was not set' })),
  after: nullable(string()),
})
export type SettingChange = Static<typeof CHANGE>

export const listChanges = operation('GET', '/settings/history', {
  summary: 'What was changed of a setting, or of all, newest first',
  query: { key: optional(string({ maxLength: 300 })), ...PAGE },
  answer: page(CHANGE),
})
