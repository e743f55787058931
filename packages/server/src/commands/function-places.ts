/** Where the functions of a server are. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseRulesText, RuleError } from '@cloudstead/rules'
import type { ConfigContext } from '../config/index.ts'
import type { Mode } from '../settings.ts'
import { UsageError } from './options.ts'

type FunctionPlaces = NonNullable<ConfigContext['functions']>

export interface FunctionPlacesOptions {
  readonly mode: Mode
  /** The value of `--functions`. */
  readonly option: string | undefined
  /** The path of the configuration file, absolute. */
  readonly config: string
  /** The working directory, in which `dev` looks for functions. */
  readonly directory: string
}

/** The file of the platform's command line that describes a project. */
const PROJECT_FILE = 'cloudbaserc.json'
/** Where the platform's command line keeps functions. */
const USUAL_ROOT = 'cloudfunctions'

/** @throws UsageError when the directory that the command line names does not exist */
export function functionPlaces({ mode, option, config, directory }: FunctionPlacesOptions): FunctionPlaces {
  const base = dirname(config)
  if (option !== undefined) {
    const named = resolve(directory, option)
    if (!isDirectory(named)) throw new UsageError(`--functions ${option} is not a directory`)
    return { base, directory: named }
  }
  const found = mode === 'dev' ? foundIn(directory) : undefined
  return found === undefined ? { base } : { base, fallback: found }
}

function foundIn(directory: string): string | undefined {
  const roots = [functionRoot(join(directory, PROJECT_FILE)), USUAL_ROOT]
  return roots
    .filter((root) => root !== undefined)
    .map((root) => resolve(directory, root))
    .find(isDirectory)
}

/** What the file of a project says; undefined when there is none, and when it cannot be read. */
function functionRoot(file: string): string | undefined {
  try {
    const { functionRoot: root } = Object(parseRulesText(readFileSync(file, 'utf8')).value) as {
      functionRoot?: unknown
    }
    return typeof root === 'string' && root !== '' ? root : undefined
  } catch (error) {
    // The log says what is wrong with the file when the project is read.
    if (error instanceof RuleError || (error as NodeJS.ErrnoException).code !== undefined) return undefined
    throw error
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
