/** Changes settings through the admin API, with their current version. */
import { type ConsoleApi, consoleApi } from './console-api.ts'
import type { ApiKey, RunningServer } from './server.ts'

/** One setting of `getSettings`, as far as the tests use it. */
interface ShownSetting {
  readonly key: string
  readonly source: 'file' | 'console' | 'default' | 'environment'
  readonly locked: boolean
  readonly set: boolean
  readonly value?: unknown
  readonly kept?: string
}

export interface SettingsApi {
  readonly api: ConsoleApi
  setting(key: string): Promise<ShownSetting>
  save(key: string, value: unknown): Promise<void>
  reset(key: string): Promise<void>
  /** @param collection default: the rules of files */
  saveRules(text: string, collection?: string): Promise<void>
}

export function settingsApi(server: Pick<RunningServer, 'url'>, key: Pick<ApiKey, 'apiKey'>): SettingsApi {
  const api = consoleApi(server, key)
  const version = async (path: string) => (await api.call('GET', path)).version as string
  return {
    api,
    async setting(name) {
      const { values } = await api.call('GET', '/settings')
      const found = (values as ShownSetting[]).find((value) => value.key === name)
      if (found === undefined) throw new Error(`unknown setting ${name}`)
      return found
    },
    async save(name, value) {
      await api.call('PUT', `/settings/${name}`, { value, version: await version('/settings') })
    },
    async reset(name) {
      await api.call('DELETE', `/settings/${name}?version=${await version('/settings')}`)
    },
    async saveRules(text, collection) {
      const target = collection === undefined ? '' : `?collection=${collection}`
      const body = { text, version: await version(`/rules${target}`) }
      await api.call('PUT', '/rules', collection === undefined ? body : { ...body, collection })
    },
  }
}
