/** Loads the functions when there are some: a server without functions starts and idles as if there were none. */
import type { CurrentSettings } from '../settings.ts'

/** How soon a root that is added to the configuration is noticed. */
const LOOK_MS = 1000

export interface Kept<T> {
  /** Undefined while the settings name no functions. */
  current(): T | undefined
  close(): Promise<void>
}

/** Opens the functions now if there are some, otherwise as soon as the settings name some. */
export async function keepFunctions<T extends { close(): Promise<void> }>(options: {
  readonly settings: CurrentSettings
  readonly open: () => Promise<T>
  readonly failed: (error: unknown) => void
}): Promise<Kept<T>> {
  const { settings, open, failed } = options
  let opened: T | undefined
  let opening: Promise<void> | undefined

  function look(): Promise<void> | undefined {
    if (opening === undefined && settings().functions.root !== undefined) {
      clearInterval(timer)
      opening = open().then((functions) => {
        opened = functions
      })
    }
    return opening
  }

  const timer = setInterval(() => void look()?.catch(failed), LOOK_MS).unref()
  await look()
  return {
    current: () => opened,
    async close() {
      clearInterval(timer)
      await opening?.catch(() => {})
      await opened?.close()
    },
  }
}
