/** A project in a temporary directory, for tests. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'node:test'
import { settingsOf } from '../../config/settings-of.ts'
import type { FunctionsSettings, Mode } from '../../settings.ts'
import type { FunctionDefinition, Project, ProjectState } from '../definition.ts'
import { openProject } from './project.ts'

export interface ProjectSetup {
  /** Of the project, without symbolic links. */
  readonly base: string
  /** Its `cloudfunctions`. */
  readonly root: string
  readonly project: Project
  /** What has been logged. */
  readonly logged: readonly string[]
  /** Writes files by their paths in the project. What is no text is written as JSON. */
  write(files: Readonly<Record<string, unknown>>): void
  /** Replaces settings, as an edit of the configuration does. */
  set(settings: Partial<FunctionsSettings>): void
  /** The function of this name. @throws Error when there is none */
  get(name: string): FunctionDefinition
  /** The problems in English, with the name of the function before those of one. */
  problems(): readonly string[]
  dispose(): void
}

export const MAIN = 'exports.main = () => 1\n'

/** @param files by their paths in the project */
export function setUpProject(
  files: Readonly<Record<string, unknown>>,
  settings: Partial<FunctionsSettings> = {},
  mode: Mode = 'dev',
  hidden: readonly string[] = [],
): ProjectSetup {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'cloudstead-project-')))
  const root = join(base, 'cloudfunctions')
  mkdirSync(root)
  const logged: string[] = []
  const log = { warn: (_: object, message: string) => void logged.push(message) }
  let current: FunctionsSettings = { ...settingsOf({}, { mode }).functions, root, ...settings }
  const project = openProject({
    settings: () => ({ functions: current }),
    env: 'demo-1abcde',
    mode,
    hidden: hidden.map((path) => join(base, path)),
    log,
  })
  const state = (): ProjectState => project.current()
  const setup: ProjectSetup = {
    ...{ base, root, project, logged },
    write(written) {
      for (const [path, content] of Object.entries(written)) {
        const file = join(base, path)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
      }
    },
    set(changed) {
      current = { ...current, ...changed }
    },
    get(name) {
      const found = state().functions.get(name)
      if (found === undefined) throw new Error(`there is no function ${name}: ${setup.problems().join('; ')}`)
      return found
    },
    problems: () =>
      state().problems.map(({ function: name, message }) => (name === undefined ? '' : `${name}: `) + message.en),
    dispose: () => rmSync(base, { recursive: true, force: true }),
  }
  setup.write(files)
  return setup
}

/** Makes projects as `setUpProject` does. Each is disposed of after the test that made it. */
export function eachProject(): typeof setUpProject {
  const opened: ProjectSetup[] = []
  afterEach(() => {
    for (const setup of opened.splice(0)) setup.dispose()
  })
  return (...options) => {
    const setup = setUpProject(...options)
    opened.push(setup)
    return setup
  }
}
