/** Every operation of the admin API by its id. The server has a handler for each; the Console calls them by id. */
import {
  countDocuments,
  createCollection,
  createDocument,
  deleteDocuments,
  dropCollection,
  exportDocuments,
  getDocument,
  importDocuments,
  listCollections,
  listDocuments,
  replaceDocument,
} from './operations/database.ts'
import {
  followFunctionCalls,
  getFunction,
  invokeFunction,
  listFunctionCalls,
  listFunctions,
  runFunctionTimer,
} from './operations/functions.ts'
import {
  checkRules,
  getRules,
  listChanges,
  listDenials,
  replayCase,
  saveRules,
  simulateRules,
} from './operations/rules.ts'
import { getOverview, getSession, getTraffic, setPassword, signIn, signOut } from './operations/session.ts'
import { getSettings, resetSetting, saveSetting } from './operations/settings.ts'
import {
  correctFileType,
  countFiles,
  createFileUrl,
  createFolder,
  createZip,
  deleteFiles,
  getFile,
  getZip,
  issueUpload,
  listFiles,
  moveFiles,
} from './operations/storage.ts'
import {
  blockUser,
  createApiKey,
  createLoginKey,
  getUser,
  listKeys,
  listSecurityEvents,
  listUsers,
  nameUsers,
  revokeKey,
  revokeSessions,
} from './operations/users.ts'

export const sessionOperations = { getSession, signIn, signOut, setPassword, getOverview, getTraffic }

export const storageOperations = {
  listFiles,
  getFile,
  createFileUrl,
  createFolder,
  correctFileType,
  issueUpload,
  countFiles,
  moveFiles,
  deleteFiles,
  createZip,
  getZip,
}

export const rulesOperations = { checkRules, simulateRules, replayCase, listDenials }

export const settingsOperations = { getSettings, saveSetting, resetSetting, listChanges, getRules, saveRules }

export const databaseOperations = {
  listCollections,
  createCollection,
  dropCollection,
  listDocuments,
  countDocuments,
  getDocument,
  createDocument,
  replaceDocument,
  deleteDocuments,
  importDocuments,
  exportDocuments,
}

export const functionsOperations = {
  listFunctions,
  getFunction,
  invokeFunction,
  runFunctionTimer,
  listFunctionCalls,
  followFunctionCalls,
}

export const usersOperations = {
  listUsers,
  getUser,
  nameUsers,
  blockUser,
  revokeSessions,
  listKeys,
  createLoginKey,
  createApiKey,
  revokeKey,
  listSecurityEvents,
}

export const operations = {
  ...sessionOperations,
  ...storageOperations,
  ...rulesOperations,
  ...settingsOperations,
  ...databaseOperations,
  ...functionsOperations,
  ...usersOperations,
}

export type Operations = typeof operations
export type OperationId = keyof Operations

/** Operations that change nothing although their method is not GET. */
const READING: ReadonlySet<string> = new Set<OperationId>([
  'countFiles',
  'createFileUrl',
  'createZip',
  'checkRules',
  'nameUsers',
])
/** Operations about the session of the caller, which need no scope. */
const OWN_SESSION: ReadonlySet<string> = new Set<OperationId>(['getSession', 'signIn', 'signOut', 'setPassword'])

type Area = 'storage' | 'database' | 'functions' | 'users' | 'settings'

/** The areas of scopes, with their operations. All others belong to the settings. */
const AREAS: readonly (readonly [Area, object])[] = [
  ['storage', storageOperations],
  ['database', databaseOperations],
  ['functions', functionsOperations],
  ['users', usersOperations],
]

/**
 * The scope that an API key needs for an operation; undefined if it needs none. Simulating rules needs `write`, because a
 * rule of one's own can find out what stored documents contain.
 */
export function scopeOf(id: string): `${Area}:${'read' | 'write'}` | undefined {
  if (OWN_SESSION.has(id)) return undefined
  const [area] = AREAS.find(([, its]) => Object.hasOwn(its, id)) ?? ['settings']
  const reads = operations[id as OperationId].method === 'GET' || READING.has(id)
  return `${area}:${reads ? 'read' : 'write'}`
}
