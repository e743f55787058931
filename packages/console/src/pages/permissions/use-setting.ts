import type { Setting, Settings } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

export interface LoadedSettings {
  readonly setting: (key: string) => Setting | undefined
  readonly file: string | undefined
  readonly error: ApiError | undefined
  /** @throws ApiError; after a CONSOLE_CONFLICT the settings are those of the others */
  readonly save: (key: string, value: unknown) => Promise<void>
  readonly reload: () => void
}

/** The settings beside the rules that decide on files. */
export function useSettings(): LoadedSettings {
  const [settings, setSettings] = useState<Settings>()
  const [error, setError] = useState<ApiError>()
  const load = async (signal?: AbortSignal) => {
    try {
      setSettings(await call('getSettings', {}, { signal }))
      setError(undefined)
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
    }
  }
  useEffect(() => {
    const controller = new AbortController()
    void load(controller.signal)
    return () => controller.abort()
  }, [])
  return {
    setting: (key) => settings?.values.find((one) => one.key === key),
    file: settings?.file.path,
    error,
    reload: () => void load(),
    async save(key, value) {
      if (settings === undefined) return
      try {
        setSettings(await call('saveSetting', { params: { key }, body: { value, version: settings.version } }))
      } catch (thrown) {
        // Whatever else was changed is of no concern here: the next attempt is made against it.
        if (toApiError(thrown).code === 'CONSOLE_CONFLICT') await load()
        throw thrown
      }
    },
  }
}
