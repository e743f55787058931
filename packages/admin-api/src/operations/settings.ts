/** Settings: the values of the configuration file, the values saved in the Console, and which of them are in force. */
import { TEXT, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import { any, array, boolean, choice, object, optional, type Static, string } from '../schema.ts'

/** The source of a value. The configuration file overrides the Console, and both override the default. */
export const SOURCE = choice(['file', 'console', 'default', 'environment'])
export type SettingSource = Static<typeof SOURCE>

const KEY = string({ maxLength: 300, description: 'such as storage.maxFileSize or database.collections.orders.acl' })

const SETTING = object({
  key: KEY,
  title: TEXT,
  help: TEXT,
  source: SOURCE,
  locked: boolean({
    description: 'set by the configuration file or the environment of the process, or only the file may set it',
  }),
  secret: boolean({ description: 'the value is never returned; set says whether there is one' }),
  set: boolean(),
  value: optional(any({ description: 'JSON; absent for secrets and if nothing is set' })),
  text: optional(string({ description: 'the value as it was entered' })),
  kept: optional(
    string({ description: 'the saved value that is not in force because the configuration file sets it, as text' }),
  ),
  refused: optional(TEXT),
  kind: choice(['boolean', 'seconds', 'size', 'choice', 'text', 'secret', 'rules', 'indexes', 'list']),
  choices: optional(array(string())),
})
export type Setting = Static<typeof SETTING>

const SETTINGS = object({
  file: object({
    path: string(),
    exists: boolean(),
    text: optional(string({ description: 'the text of the file, with secrets redacted' })),
    refused: optional(TEXT),
    loadedAt: optional(TIME),
  }),
  version: string({ description: 'to be sent back when saving' }),
  values: array(SETTING),
})
export type Settings = Static<typeof SETTINGS>

export const getSettings = operation('GET', '/settings', {
  summary: 'Lists every setting with its value and its source',
  answer: SETTINGS,
})

export const saveSetting = operation('PUT', '/settings/{key}', {
  summary: 'Saves the value of a setting; it takes effect immediately',
  params: { key: KEY },
  body: object({ value: any(), version: string() }),
  answer: SETTINGS,
  errors: ['CONSOLE_CONFLICT', 'CONSOLE_SETTING_LOCKED', 'INVALID_PARAM'],
})

export const resetSetting = operation('DELETE', '/settings/{key}', {
  summary: 'Removes the saved value, so that the value of the configuration file or the default is in force',
  params: { key: KEY },
  query: { version: string() },
  answer: SETTINGS,
  errors: ['CONSOLE_CONFLICT'],
})
