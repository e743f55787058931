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
  listUsers,
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

export const usersOperations = {
  listUsers,
  getUser,
  blockUser,
  revokeSessions,
  listKeys,
  createLoginKey,
  createApiKey,
  revokeKey,
}

export const operations = {
  ...sessionOperations,
  ...storageOperations,
  ...rulesOperations,
  ...settingsOperations,
  ...databaseOperations,
  ...usersOperations,
}

export type Operations = typeof operations
export type OperationId = keyof Operations
