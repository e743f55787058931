/** The functions of a project: those in a directory, as cloudbaserc.json and the settings describe them. */
import { randomBytes } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import type { FunctionRoute, FunctionsSettings, Mode, Settings } from '../../settings.ts'
import type { FunctionDefinition, Project, ProjectProblem, ProjectState } from '../definition.ts'
import { DECLARATIONS, projectBase } from './base.ts'
import { readCloudbaserc } from './cloudbaserc.ts'
import { createDisk, type Disk, type Reader } from './disk.ts'
import { parseDotenv } from './dotenv.ts'
import { functionFolders } from './folders.ts'
import { functionDefinition } from './function-definition.ts'
import { realPath } from './paths.ts'
import { readJson } from './read-json.ts'
import { linkedDirectories, packagesAbove } from './readable.ts'
import { type Report, within } from './report.ts'
import { usableRoutes } from './routes.ts'

interface ProjectOptions {
  readonly settings: () => Pick<Settings, 'functions'>
  /** The id of the environment. */
  readonly env: string
  readonly mode: Mode
  /** What no function may read: the data of the server. Absolute paths. */
  readonly hidden?: readonly string[]
  readonly log: { warn(details: object, message: string): void }
}

/**
 * Reads the functions of the settings. Nothing throws for what is on the disk: whatever cannot be used is a problem of the
 * state, and is logged once.
 */
export function openProject({ settings, env, mode, hidden = [], log }: ProjectOptions): Project {
  const disk = createDisk()
  const uid = randomBytes(12).toString('hex')
  let used: FunctionsSettings | undefined
  let state: ProjectState | undefined
  let logged = new Set<string>()

  return {
    current(name) {
      const { functions } = settings()
      if (state !== undefined && functions === used && !(functions.watch && disk.changed(name))) return state
      used = functions
      disk.restart()
      state = readProject({ disk, settings: functions, env, mode, uid, hidden })
      const lines = new Set<string>()
      for (const { function: about, message } of state.problems) {
        const line = `${about === undefined ? '' : `${about}: `}${message.en}`
        if (!logged.has(line)) log.warn(about === undefined ? {} : { function: about }, `functions: ${line}`)
        lines.add(line)
      }
      logged = lines
      return state
    },
  }
}

interface ReadOptions {
  readonly disk: Disk
  readonly settings: FunctionsSettings
  readonly env: string
  readonly mode: Mode
  readonly uid: string
  readonly hidden: readonly string[]
}

function readProject({ disk, settings, env, mode, uid, hidden }: ReadOptions): ProjectState {
  const problems: ProjectProblem[] = []
  const report: Report = (message) => problems.push({ message })
  const reportOn = (name: string): Report => {
    return (message) => problems.push({ function: name, message })
  }
  const functions = new Map<string, FunctionDefinition>()
  const root = settings.root === undefined ? undefined : resolve(settings.root)
  let declaredRoutes: readonly FunctionRoute[] = []
  if (root !== undefined) {
    const { base, project } = projectBase(disk, root)
    const told = within(report, DECLARATIONS)
    const value = readJson(disk, join(base, DECLARATIONS), told)
    const variables = value === undefined ? new Map<string, string>() : readVariables(disk, base, mode, report)
    const declared = readCloudbaserc(value, { env: variables, envId: env, uid }, told, reportOn)
    declaredRoutes = declared.routes
    if (declared.functionRoot !== undefined && resolve(base, declared.functionRoot) !== root) {
      told({
        en: `functionRoot is ${declared.functionRoot}, but the functions of ${root} are used`,
        zh: `functionRoot 为 ${declared.functionRoot}，但使用的是 ${root} 中的云函数`,
      })
    }
    // A root at the top of the file system must not open all of it.
    const own = project === dirname(project) ? [realPath(root) ?? root, join(project, 'node_modules')] : [project]
    const readable = [...own, ...linkedDirectories(disk, project), ...packagesAbove(project)]
    for (const folder of functionFolders({ disk, root, base, project }, declared.functions, report, reportOn)) {
      const definition = functionDefinition(
        {
          disk: disk.part(folder.name),
          settings,
          project,
          readable,
          hidden: hidden.map((path) => realPath(path) ?? path),
        },
        folder,
        reportOn(folder.name),
      )
      if (definition !== undefined) functions.set(folder.name, definition)
    }
  }
  for (const name of settings.options.keys()) {
    if (functions.has(name)) continue
    reportOn(name)({
      en: 'the settings name it, but there is no such function',
      zh: '设置中有它，但没有这个云函数',
    })
  }
  return { root, functions, routes: usableRoutes(settings.http, declaredRoutes, functions, report), problems }
}

/** The files of variables; of two that set one, the later wins. */
function readVariables(disk: Reader, base: string, mode: Mode, report: Report): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const name of ['.env', '.env.local', mode === 'dev' ? '.env.development' : '.env.production']) {
    const told = within(report, name)
    const read = disk.text(join(base, name))
    if ('failure' in read) told({ en: `it cannot be read: ${read.failure}`, zh: `无法读取：${read.failure}` })
    if (!('value' in read)) continue
    for (const [key, value] of parseDotenv(read.value, told)) variables.set(key, value)
  }
  return variables
}
