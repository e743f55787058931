import type { settingsOperations } from '@cloudstead/admin-api'
import type { Database } from '../../database/database.ts'
import type { SavedSettings } from '../../saved-settings/saved-settings.ts'
import type { Handlers } from './handlers.ts'
import { subjectOf } from './rules-subject.ts'
import { settingChanged } from './setting-errors.ts'

export interface SettingsHandlersOptions {
  readonly settings: SavedSettings
  readonly database: Pick<Database, 'checkCollection'>
}

/** Settings, rules, and the history of their changes. */
export function settingsHandlers({ settings, database }: SettingsHandlersOptions): Handlers<typeof settingsOperations> {
  return {
    async getSettings() {
      return settings.settings()
    },
    async saveSetting({ params: { key }, body: { value, version } }, { by }) {
      await settingChanged(settings.save(key, value, { version, by }))
      return settings.settings()
    },
    async resetSetting({ params: { key }, query: { version } }, { by }) {
      await settingChanged(settings.reset(key, { version, by }))
      return settings.settings()
    },
    async listChanges({ query }) {
      return settings.changes(query)
    },
    async getRules({ query }) {
      const subject = subjectOf(query)
      if (typeof subject !== 'string') await database.checkCollection(subject.collection)
      return settings.rules(subject)
    },
    async saveRules({ body: { text, version, ...target } }, { by }) {
      const subject = subjectOf(target)
      await settingChanged(settings.saveRules(subject, text, { version, by }))
      return settings.rules(subject)
    },
  }
}
