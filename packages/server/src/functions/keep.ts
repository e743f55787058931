/** Loads the functions when there are some: a server without functions starts and idles as if it knew none. */
import { CloudsteadError } from '@cloudstead/protocol'
import type { CurrentSettings, FunctionRoute } from '../settings.ts'
import type { FunctionRunner } from './call.ts'
import type { OpenFunctions } from './open.ts'

/** How soon functions that are added to the configuration are noticed. */
const LOOK_MS = 1000

export interface KeptFunctions extends FunctionRunner {
  /** Undefined while the settings name no functions. */
  current(): OpenFunctions | undefined
  /** The routes of the moment, the longest path first. */
  routes(): readonly FunctionRoute[]
  /** Opens them now if there are some, otherwise as soon as there are. */
  start(): Promise<void>
  close(): Promise<void>
}

export interface KeepFunctionsOptions {
  readonly settings: CurrentSettings
  readonly open: () => Promise<OpenFunctions>
  /** Told when they could not be opened while the server runs; it is tried again. */
  readonly failed: (error: unknown) => void
}

export function keepFunctions({ settings, open, failed }: KeepFunctionsOptions): KeptFunctions {
  let opened: OpenFunctions | undefined
  let opening: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    if (settings().functions.root === undefined) return
    opening ??= open().then((functions) => {
      clearInterval(timer)
      opened = functions
    })
    await opening.catch((error: unknown) => {
      opening = undefined
      throw error
    })
  }

  return {
    current: () => opened,
    routes: () => opened?.project().routes ?? [],
    async invoke(call) {
      if (opened === undefined) throw new CloudsteadError('FUNCTION_NOT_FOUND')
      return opened.invoke(call)
    },
    async start() {
      timer = setInterval(() => void look().catch(failed), LOOK_MS).unref()
      await look()
    },
    async close() {
      clearInterval(timer)
      await opening?.catch(() => {})
      await opened?.close()
    },
  }
}
