import type { Setting, Settings } from '@cloudstead/admin-api'
import { useEffect, useRef } from 'preact/hooks'
import { type ApiError, call, toApiError } from '../api/index.ts'
import { useLoaded } from './use-loaded.ts'

export interface LoadedSettings {
  readonly value: Settings | undefined
  /** Why they could not be loaded. */
  readonly error: ApiError | undefined
  setting(key: string): Setting | undefined
  reload(): void
  /** @throws ApiError; afterwards `value` holds what is now in force */
  save(key: string, value: unknown): Promise<void>
  /** @throws ApiError, as `save` does */
  reset(key: string): Promise<void>
}

/** The settings. They are reloaded whenever the window gets the focus, because the file is edited elsewhere. */
export function useSettings(): LoadedSettings {
  const { value, error, reload, replace } = useLoaded((signal) => call('getSettings', {}, { signal }))
  const latest = useRef(value)
  latest.current = value
  useEffect(() => {
    const onFocus = () => {
      if (!document.hidden) void reload()
    }
    addEventListener('focus', onFocus)
    return () => removeEventListener('focus', onFocus)
  }, [])

  /** Retries once if the conflict was about another setting. */
  async function change(key: string, request: (version: string) => Promise<Settings>): Promise<void> {
    const before = latest.current
    if (before === undefined) return
    try {
      replace(await request(before.version))
    } catch (thrown) {
      const { code } = toApiError(thrown)
      if (code !== 'CONSOLE_CONFLICT' && code !== 'CONSOLE_SETTING_LOCKED') throw thrown
      const now = await reload()
      if (code !== 'CONSOLE_CONFLICT' || now === undefined || !isSame(settingOf(before, key), settingOf(now, key)))
        throw thrown
      replace(await request(now.version))
    }
  }

  return {
    value,
    error,
    setting: (key) => value && settingOf(value, key),
    reload: () => void reload(),
    save: (key, next) =>
      change(key, (version) => call('saveSetting', { params: { key }, body: { value: next, version } })),
    reset: (key) => change(key, (version) => call('resetSetting', { params: { key }, query: { version } })),
  }
}

function settingOf({ values }: Settings, key: string): Setting | undefined {
  return values.find((setting) => setting.key === key)
}

function isSame(a: Setting | undefined, b: Setting | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
