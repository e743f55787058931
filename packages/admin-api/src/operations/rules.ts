/** Permissions: the rules of storage, of collections and of functions, simulated decisions, and denied requests. */
import { ANSWERING, PAGE, page, TEXT, TIME } from '../common.ts'
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

/** The rules of a collection or of functions, or without either those of storage. */
const TARGET = {
  collection: optional(string({ maxLength: 120 })),
  functions: optional(boolean({ description: 'true: the rules of functions' })),
}
const RULES_TEXT = string({
  maxLength: 100_000,
  description: 'a preset such as "READONLY" in quotes, or a rules object; comments and trailing commas are allowed',
})

const FINDING = object({
  severity: choice(['error', 'warning', 'note']),
  code: string(),
  key: optional(string({ description: 'the rule concerned, such as read or pay.invoke' })),
  from: optional(integer({ description: 'start offset in the text, in UTF-16 code units; absent: the whole text' })),
  to: optional(integer()),
  message: TEXT,
})
export type Finding = Static<typeof FINDING>

const RULES = object({
  collection: optional(string()),
  functions: optional(boolean()),
  text: string({ description: 'as it was entered' }),
  preset: optional(choice(['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'])),
  source: SOURCE,
  locked: boolean({ description: 'set by the configuration file, so it cannot be changed here' }),
  file: optional(string({ description: 'the configuration file that sets it' })),
  kept: optional(
    string({ description: 'the saved rules that are not in force because the configuration file sets the rules' }),
  ),
  resourceOpenid: choice(['path', 'creator']),
  version: string({ description: 'to be sent back when saving' }),
  findings: array(FINDING),
})
export type Rules = Static<typeof RULES>

export const getRules = operation('GET', '/rules', {
  summary: 'Returns the rules in force for storage, for a collection or for functions',
  query: TARGET,
  answer: RULES,
  errors: ['DATABASE_COLLECTION_NOT_EXIST'],
})

export const saveRules = operation('PUT', '/rules', {
  summary: 'Saves rules; they take effect immediately',
  body: object({ ...TARGET, text: RULES_TEXT, version: string() }),
  answer: RULES,
  errors: ['CONSOLE_CONFLICT', 'CONSOLE_SETTING_LOCKED', 'INVALID_PARAM'],
})

export const checkRules = operation('POST', '/rules/check', {
  summary: 'Checks rules without saving them',
  body: object({ ...TARGET, text: RULES_TEXT }),
  answer: object({ valid: boolean(), findings: array(FINDING) }),
})

export const PERSON = object({
  uid: string({ maxLength: 128 }),
  openid: optional(string({ maxLength: 128 })),
  customUserId: optional(string({ maxLength: 128 })),
  loginType: choice(['ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN']),
})
export type Person = Static<typeof PERSON>

const DECISION = object({
  allowed: boolean(),
  reason: TEXT,
  explanation: optional(any<unknown>({ description: 'the rule as a tree with the result of each part' })),
  case: optional(anyObject<JsonObject>({ description: 'the request as a case for `cloudstead rules test`' })),
})
export type SimulatedDecision = Static<typeof DECISION>

export const simulateRules = operation('POST', '/rules/simulate', {
  summary: 'Decides whether a caller may do something, without doing it',
  description:
    'Without text, the rules in force decide. The rules see the stored file or document unless stored overrides it (null: it does not exist). Rules that read other documents read them from the database.',
  body: object({
    ...TARGET,
    text: optional(RULES_TEXT),
    as: nullable(PERSON),
    action: choice(['read', 'write', 'create', 'update', 'delete', 'invoke']),
    name: optional(string({ maxLength: 60, description: 'the name of the function, which need not exist' })),
    path: optional(string({ maxLength: 850, description: 'the path of the file' })),
    size: optional(integer({ minimum: 0, description: 'the size of the upload in bytes' })),
    id: optional(either([string(), integer()], { description: 'the id of the document' })),
    query: optional(anyObject<JsonObject>({ description: 'the query of a read, update or delete' })),
    data: optional(anyObject<JsonObject>({ description: 'the new document or the update' })),
    stored: optional(nullable(anyObject<JsonObject>())),
  }),
  answer: DECISION,
  errors: ['INVALID_PARAM', 'INVALID_FILE_NAME', 'DATABASE_COLLECTION_NOT_EXIST'],
})

const DENIAL = object({
  id: string(),
  at: TIME,
  requestId: string(),
  count: integer({ description: 'how often the same request was denied' }),
  code: string(),
  caller: nullable(PERSON),
  reason: string(),
  collection: optional(string({ description: 'only of documents' })),
  function: optional(string({ description: 'only of calls of functions: the name' })),
  explanation: optional(any<unknown>()),
  case: optional(anyObject<JsonObject>()),
})
export type Denial = Static<typeof DENIAL>

export const listDenials = operation('GET', '/denials', {
  summary: 'Lists denied requests, newest first: the last 1,000 of the answering server since its start',
  description:
    'Each server has its own. Behind a load balancer, another server may answer the request for the next page: its page is empty and has the same next. Ask again until the server of the first page answers.',
  query: {
    about: optional(choice(['storage', 'database', 'functions'])),
    search: optional(string({ maxLength: 200, description: 'part of the caller, the reason or the request id' })),
    since: optional(integer({ description: 'only requests after this time, in milliseconds since the epoch' })),
    ...PAGE,
  },
  answer: object({ server: ANSWERING, items: array(DENIAL), next: optional(string()) }),
})

export const replayCase = operation('POST', '/rules/replay', {
  summary: 'Decides a denied request again with edited rules',
  description: 'Data that the case lacks is read from the database. A file that the case lacks does not exist.',
  body: object({ ...TARGET, text: RULES_TEXT, case: anyObject<JsonObject>() }),
  answer: DECISION,
  errors: ['INVALID_PARAM', 'INVALID_FILE_NAME', 'DATABASE_COLLECTION_NOT_EXIST'],
})

const CHANGE = object({
  id: string(),
  at: TIME,
  by: string({ description: 'operator, the id of a key, or the configuration file' }),
  key: string(),
  before: nullable(string({ description: 'the earlier value as text; null: it was not set' })),
  after: nullable(string()),
})
export type SettingChange = Static<typeof CHANGE>

export const listChanges = operation('GET', '/settings/history', {
  summary: 'Lists changes of one setting or of all settings, newest first',
  query: { key: optional(string({ maxLength: 300 })), ...PAGE },
  answer: page(CHANGE),
})
