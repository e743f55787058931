/** What is known about the functions of a project before any of them runs. */
import type { Text } from '@cloudstead/rules'
import type { FunctionPermission, FunctionRoute, TimerTrigger } from '../settings.ts'

/** A function as its folder and the configuration describe it. */
export interface FunctionDefinition {
  readonly name: string
  /** Absolute, without symbolic links. */
  readonly directory: string
  /** As configured: `index.main`. */
  readonly handler: string
  /** The absolute path of the file of the handler. */
  readonly file: string
  /** The name that the file exports. */
  readonly exported: string
  /** Of one call, from the start of `main`. */
  readonly timeoutMs: number
  readonly memoryMB: number
  readonly maxInstances: number
  /** How long an instance without calls is kept. */
  readonly idleMs: number
  /** The variables of the function, without those of the server. */
  readonly env: Readonly<Record<string, string>>
  readonly triggers: readonly TimerTrigger[]
  readonly allow: readonly FunctionPermission[]
  /** Whether its instances run under Node's permission model. */
  readonly sandbox: boolean
  /** Directories that its instances may read: those of the project and the real paths of its packages. */
  readonly readable: readonly string[]
  /** Why it cannot run here, such as a web function; a call of it fails with this. */
  readonly unsupported?: Text | undefined
  /** Changes with everything above. An instance of another version is retired. */
  readonly version: string
}

/** Something in a project that cannot be used. */
export interface ProjectProblem {
  /** Absent when it is about the project as a whole. */
  readonly function?: string | undefined
  readonly message: Text
}

/** The functions of a project at one moment. */
export interface ProjectState {
  /** The directory of the functions; undefined when there are none. */
  readonly root: string | undefined
  readonly functions: ReadonlyMap<string, FunctionDefinition>
  /** The longest path first. */
  readonly routes: readonly FunctionRoute[]
  readonly problems: readonly ProjectProblem[]
}

/** The functions of a project, which may change at any time. */
export interface Project {
  /**
   * Reads again what has changed on the disk or in the settings since the last call. Cheap when nothing has.
   *
   * @param name of the only function that matters: among many functions, it is then cheaper still
   */
  current(name?: string): ProjectState
}
