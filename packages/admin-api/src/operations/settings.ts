/** Settings: what the configuration file says, what was saved here, and which of the two holds. */
import { TEXT, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import { any, array, boolean, choice, object, optional, type Static, string } from '../schema.ts'

/** Where a value comes from. The file wins over the Console, both win over the default. */
export const SOURCE = choice(['file', 'console', 'default', 'environment'])
export type SettingSource = Static<typeof SOURCE>

const KEY = string({ maxLength: 300, description: 'such as storage.maxFileSize or database.collections.orders.acl' })

const SETTING = object({
  key: KEY,
  title: TEXT,
  help: TEXT,
  source: SOURCE,
  locked: boolean({ description: 'the file or the environment of the process sets it' }),
  secret: boolean({ description: 'its value is never told; set says whether there is one' }),
  set: boolean(),
  value: optional(any({ description: 'JSON; absent for secrets and where nothing is set' })),
  text: optional(string({ description: 'the value as it was written' })),
  kept: optional(string({ description: 'what was saved here and does not hold because the file sets it, as text' })),
  refused: optional(string({ description: 'why what was saved here cannot hold; something else does then' })),
  kind: choice(['boolean', 'seconds', 'size', 'choice', 'text', 'secret', 'rules', 'indexes']),
  choices: optional(array(string())),
})
export type Setting = Static<typeof SETTING>

const SETTINGS = object({
  file: object({
    path: string(),
    exists: boolean(),
    text: optional(string({ description: 'as it is on the disk, secrets blacked out' })),
    refused: optional(string({ description: 'why the last edit of the file does not hold' })),
    loadedAt: optional(TIME),
  }),
  version: string({ description: 'give it back when saving' }),
  values: array(SETTING),
})
export type Settings = Static<typeof SETTINGS>

export const getSettings = operation('GET', '/settings', {
  summary: 'Every setting with its value and where it comes from',
  answer: SETTINGS,
})

export const saveSetting = operation('PUT', '/settings/{key}', {
  summary: 'Makes another value hold at once',
  params: { key: KEY },
  body: object({ value: any(), version: string() }),
  answer: SETTINGS,
  errors: ['CONSOLE_CONFLICT', 'CONSOLE_SETTING_LOCKED', 'INVALID_PARAM'],
})

export const resetSetting = operation('DELETE', '/settings/{key}', {
  summary: 'Forgets what was saved here, so that the file or the default holds',
  params: { key: KEY },
  query: { version: string() },
  answer: SETTINGS,
  errors: ['CONSOLE_CONFLICT'],
})
