/** The functions that a command works on beside the server. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ConfigError, parseConfig } from '../config/index.ts'
import type { Project } from '../functions/definition.ts'
import { findFunctionsRoot } from '../functions/project/find-root.ts'
import { member, parseLooseJson } from '../functions/project/json.ts'
import { openProject } from '../functions/project/project.ts'
import { UsageError } from './options.ts'
import { DEFAULT_CONFIG, DEV_ENV } from './usage.ts'

export const PROJECT_OPTIONS = { functions: { type: 'string' }, config: { type: 'string' } } as const

interface ProjectOptions {
  readonly functions?: string
  readonly config?: string
}

/**
 * Opens the functions that the options name: those in `--functions`, else in `functions.root` of the configuration, else in the
 * directory that `dev` finds by itself.
 *
 * @throws UsageError when there are none
 * @throws ConfigError when the configuration cannot be used
 */
export function projectOfOptions(options: ProjectOptions, env: string = DEV_ENV): Project {
  const path = resolve(options.config ?? DEFAULT_CONFIG)
  if (options.config !== undefined && !existsSync(path)) {
    throw new ConfigError({ en: `${path} does not exist`, zh: `${path} 不存在` })
  }
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}'
  const { functions } = parseConfig(text, { mode: 'dev' })
  const root = options.functions === undefined ? rootOf(text, dirname(path)) : resolve(options.functions)
  if (root === undefined) {
    throw new UsageError('there is no ./cloudfunctions here; name the directory of the functions with --functions')
  }
  // The command prints the problems itself.
  return openProject({ settings: () => ({ functions: { ...functions, root } }), env, mode: 'dev', log: { warn() {} } })
}

function rootOf(config: string, base: string): string | undefined {
  const named = member(
    member(
      parseLooseJson(config, () => {}),
      'functions',
    ),
    'root',
  )
  return typeof named === 'string' ? resolve(base, named) : findFunctionsRoot(process.cwd())
}
