/** Makes the definition of one function of its folder, of what the project declares and of the settings. */
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Text } from '@cloudstead/rules'
import type { FunctionsSettings, TimerTrigger } from '../../settings.ts'
import type { FunctionDefinition } from '../definition.ts'
import type { DeclaredFunction } from './cloudbaserc.ts'
import type { Reader } from './disk.ts'
import { usableVariables } from './environment.ts'
import { DEFAULT_HANDLER, type Extension, extensionOf, type Handler, parseHandler } from './handler.ts'
import { member } from './json.ts'
import { type LimitName, limit } from './limits.ts'
import { directoriesUpTo, isWithin, realPath } from './paths.ts'
import { readJson } from './read-json.ts'
import { linkedDirectories, outermost, withoutHidden } from './readable.ts'
import { type Report, within } from './report.ts'
import { readTriggers, usableTriggers } from './triggers.ts'
import { unsupported } from './unsupported.ts'

/** What the functions of a project have in common. */
export interface ProjectContext {
  readonly disk: Reader
  readonly settings: FunctionsSettings
  /** Without symbolic links. */
  readonly project: string
  /** What all functions may read. */
  readonly readable: readonly string[]
  /** What no function may read, wherever it is: absolute paths. */
  readonly hidden: readonly string[]
}

/** A folder that may be a function. */
export interface FunctionFolder {
  readonly name: string
  /** Without symbolic links. */
  readonly directory: string
  readonly declared: DeclaredFunction | undefined
}

const MS = 1_000

/** @returns undefined when the folder is none of a function: nothing names it, and it has no file that could be the handler */
export function functionDefinition(
  context: ProjectContext,
  folder: FunctionFolder,
  report: Report,
): FunctionDefinition | undefined {
  const { disk, settings, readable, hidden } = context
  const { name, directory, declared } = folder
  const listed = disk.entries(directory)
  if ('failure' in listed) {
    report({ en: `its directory cannot be read: ${listed.failure}`, zh: `无法读取它的目录：${listed.failure}` })
  }
  const names = new Set('value' in listed ? listed.value.map((entry) => entry.name) : [])
  const options = settings.options.get(name)
  const chosen = options?.handler
  const written = chosen ?? declared?.handler ?? settings.defaults.handler ?? DEFAULT_HANDLER
  const handler = parseHandler(written)
  const extension = handler && extensionOf(disk, directory, handler)
  const bootstrap = names.has('scf_bootstrap')
  const known = declared !== undefined || options !== undefined || bootstrap || 'failure' in listed
  if (!known && extension === undefined) return undefined

  const file = join(directory, `${handler?.path ?? 'index'}${extension ?? '.js'}`)
  const refused =
    handler === undefined
      ? badHandler(written)
      : (unsupported({
          ...{ name, handler: written, extension, chosen: chosen !== undefined },
          ...{ type: declared?.type, runtime: declared?.runtime },
          bootstrap: bootstrap && chosen === undefined && declared?.handler === undefined,
          module: extension === '.js' && isModule(disk, directory, file, report),
        }) ?? leadsOut(directory, file, extension, handler))
  if (refused !== undefined) report(refused)

  const limitOf = (key: LimitName, fromProject?: number) =>
    limit(key, [options?.[key], fromProject, settings.defaults[key]], report)
  const definition = {
    ...{ name, directory, handler: written, file, exported: handler?.exported ?? 'main' },
    timeoutMs: limitOf('timeout', declared?.timeout) * MS,
    memoryMB: limitOf('memorySize', declared?.memorySize),
    maxInstances: limitOf('maxInstances'),
    idleMs: limitOf('idle') * MS,
    env: usableVariables(
      [Object.entries(settings.env), declared?.env ?? [], Object.entries(options?.env ?? {})],
      report,
    ),
    triggers: usableTriggers(
      options?.triggers ?? merged(declared?.triggers ?? [], triggersOf(disk, directory, names, report)),
      report,
    ),
    allow: options?.allow ?? settings.defaults.allow ?? [],
    sandbox: settings.sandbox,
    readable: outermost([
      ...readable,
      directory,
      ...(names.has('node_modules') ? linkedDirectories(disk, directory) : []),
    ]).flatMap((path) => withoutHidden(disk, path, hidden)),
    unsupported: refused,
  }
  return { ...definition, version: versionOf(definition) }
}

function versionOf(definition: Omit<FunctionDefinition, 'version'>): string {
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 16)
}

/** Timers of both files; one of cloudbaserc.json wins over one of the same name. */
function merged(first: readonly TimerTrigger[], second: readonly TimerTrigger[]): readonly TimerTrigger[] {
  const names = new Set(first.map(({ name }) => name))
  return [...first, ...second.filter(({ name }) => !names.has(name))]
}

/** The timers in config.json. */
function triggersOf(
  disk: Reader,
  directory: string,
  names: ReadonlySet<string>,
  report: Report,
): readonly TimerTrigger[] {
  const told = within(report, 'config.json')
  return names.has('config.json')
    ? readTriggers(member(readJson(disk, join(directory, 'config.json'), told), 'triggers'), told)
    : []
}

/** Whether the nearest package.json within the function makes ES modules of `.js` files. */
function isModule(disk: Reader, directory: string, file: string, report: Report): boolean {
  for (const folder of directoriesUpTo(directory, dirname(file))) {
    const path = join(folder, 'package.json')
    if ('absent' in disk.text(path)) continue
    return member(readJson(disk, path, within(report, 'package.json')), 'type') === 'module'
  }
  return false
}

function badHandler(written: string): Text {
  const shown = JSON.stringify(written.slice(0, 100))
  return {
    en: `the handler ${shown} is not a file of the function and what it exports, such as "index.main" or "src/index.main"`,
    zh: `handler ${shown} 应为云函数中的文件及其导出名，例如 "index.main" 或 "src/index.main"`,
  }
}

/** Why the file of a handler may not be used: a symbolic link that leads out of the function. */
function leadsOut(
  directory: string,
  file: string,
  extension: Extension | undefined,
  { path }: Handler,
): Text | undefined {
  const real = extension === undefined ? undefined : realPath(file)
  if (real !== undefined && isWithin(real, directory)) return undefined
  return {
    en: `the file ${path}${extension} of the handler is a symbolic link that leads out of the function or nowhere`,
    zh: `handler 对应的文件 ${path}${extension} 是符号链接，指向云函数目录之外或不存在的位置`,
  }
}
