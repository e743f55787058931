import type { SettingChange } from '@cloudstead/admin-api'
import { call } from '../api/index.ts'
import { texts } from '../i18n/texts.ts'
import { type Pages, usePages } from './use-pages.ts'

const t = texts({
  en: { file: 'Configuration file', operator: 'Operator', key: (id: string) => `API key ${id}` },
  zh: { file: '配置文件', operator: '操作员', key: (id) => `API 密钥 ${id}` },
})

/**
 * The changes of a setting, or of all settings, newest first.
 *
 * @param version of the settings; a new version loads the list again
 */
export function useChanges(setting: string | undefined, limit: number, version = ''): Pages<SettingChange> {
  return usePages({
    key: JSON.stringify([setting, version]),
    keepRows: true,
    keyOf: ({ id }) => id,
    load(after, signal) {
      const query = {
        limit,
        ...(setting === undefined ? {} : { key: setting }),
        ...(after === undefined ? {} : { after }),
      }
      return call('listChanges', { query }, { signal })
    },
  })
}

/** Who made a change, from its `by`. */
export function authorOf({ by }: SettingChange): string {
  if (by === 'file') return t.file
  return by === 'operator' ? t.operator : t.key(by)
}
