export type { AnsweringServer, ErrorBody, Problem, Progress, Text } from './common.ts'
export { MAX_PAGE } from './common.ts'
export { type ClientSdk, clientLines, connectCode, SDKS, type Sdk } from './connect-code.ts'
export { openApiDocument } from './openapi.ts'
export type { AnswerKind, AnswerOf, InputOf, Method, Operation } from './operation.ts'
export { membersSchema } from './operation.ts'
export type { CollectionInfo, JsonDocument, StoredDocument } from './operations/database.ts'
export type {
  CloudFunction,
  FunctionCall,
  FunctionInstance,
  FunctionLogEvent,
  FunctionLogLine,
  FunctionTrigger,
  ThrownError,
} from './operations/functions.ts'
export type { Denial, Finding, Person, Rules, SettingChange, SimulatedDecision } from './operations/rules.ts'
export type { Overview, OverviewWarning, ServerNode, Session, Traffic } from './operations/session.ts'
export type { Setting, SettingSource, Settings } from './operations/settings.ts'
export type { StorageEntry, StorageFile } from './operations/storage.ts'
export type {
  ApiKeyFile,
  AppUser,
  Key,
  LoginKeyFile,
  NamedUser,
  SecurityEvent,
  UserSession,
} from './operations/users.ts'
export {
  databaseOperations,
  functionsOperations,
  type OperationId,
  type Operations,
  operations,
  rulesOperations,
  scopeOf,
  sessionOperations,
  settingsOperations,
  storageOperations,
  usersOperations,
} from './operations.ts'
export type { Members, ObjectOf, Schema, Static } from './schema.ts'
