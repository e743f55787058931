import type { Setting, Settings } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

export interface LoadedSettings {
  readonly settings: Settings | undefined
  /** Why they could not be loaded. */
  readonly error: ApiError | undefined
  reload(): void
  /** @throws ApiError; what is shown is then what holds now */
  save(key: string, value: unknown): Promise<void>
  /** @throws ApiError as `save` does */
  reset(key: string): Promise<void>
}

/** The settings, read anew whenever the reader comes back to the window: the file is edited elsewhere. */
export function useSettings(): LoadedSettings {
  const [settings, setSettings] = useState<Settings>()
  const [error, setError] = useState<ApiError>()
  const latest = useRef<Settings | undefined>(undefined)
  const show = (next: Settings) => {
    latest.current = next
    setSettings(next)
    setError(undefined)
    return next
  }
  const load = async (signal?: AbortSignal) => {
    try {
      return show(await call('getSettings', {}, { signal }))
    } catch (thrown) {
      if (!isAbort(thrown)) setError(toApiError(thrown))
      return undefined
    }
  }
  useEffect(() => {
    const controller = new AbortController()
    const again = () => {
      if (!document.hidden) void load(controller.signal)
    }
    again()
    addEventListener('focus', again)
    return () => {
      controller.abort()
      removeEventListener('focus', again)
    }
  }, [])

  /** A conflict about another setting is none: it is tried once more with what is known now. */
  async function change(key: string, run: (version: string) => Promise<Settings>): Promise<void> {
    const before = latest.current
    if (before === undefined) return
    try {
      show(await run(before.version))
    } catch (thrown) {
      const { code } = toApiError(thrown)
      if (code !== 'CONSOLE_CONFLICT' && code !== 'CONSOLE_SETTING_LOCKED') throw thrown
      const now = await load()
      if (code !== 'CONSOLE_CONFLICT' || now === undefined || !same(stateOf(before, key), stateOf(now, key)))
        throw thrown
      show(await run(now.version))
    }
  }

  return {
    settings,
    error,
    reload: () => void load(),
    save: (key, value) => change(key, (version) => call('saveSetting', { params: { key }, body: { value, version } })),
    reset: (key) => change(key, (version) => call('resetSetting', { params: { key }, query: { version } })),
  }
}

function stateOf({ values }: Settings, key: string): Setting | undefined {
  return values.find((setting) => setting.key === key)
}

function same(a: Setting | undefined, b: Setting | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
