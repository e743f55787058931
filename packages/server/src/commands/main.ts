/** Runs the command of a command line. Errors that the operator can fix are printed as one line. */
import { nearest } from '@cloudstead/rules'
import { type Environment, UsageError } from './options.ts'
import { serve } from './serve.ts'
import { USAGE, version } from './usage.ts'

/** Commands import their code when they run, so that each loads only what it needs. */
const COMMANDS: Readonly<Record<string, (args: readonly string[], environment: Environment) => Promise<number>>> = {
  start: (args, environment) => serve('start', args, environment),
  dev: (args, environment) => serve('dev', args, environment),
  keys: async (args, environment) => (await import('./keys.ts')).keys(args, environment),
  console: async (args, environment) => (await import('./console.ts')).consoleAccess(args, environment),
  migrate: async (args, environment) => (await import('./migrate.ts')).migrateCommand(args, environment),
  functions: async (args, environment) => (await import('./functions.ts')).functionsCommand(args, environment),
  rules: async (args) => (await import('./rules.ts')).rules(args),
}

/** Runs a command line and resolves to its exit code. */
export async function main(args: readonly string[], environment: Environment): Promise<number> {
  const [command, ...rest] = args
  if (
    command === undefined ||
    command === 'help' ||
    [command, ...rest].some((arg) => arg === '--help' || arg === '-h')
  ) {
    process.stdout.write(USAGE)
    return command === undefined ? 1 : 0
  }
  if (command === '--version' || command === '-v') {
    process.stdout.write(`${version()}\n`)
    return 0
  }
  try {
    const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
    if (run !== undefined) return await run(rest, environment)
    const close = nearest(command, Object.keys(COMMANDS))
    throw new UsageError(`there is no command ${command}${close === undefined ? '' : `; did you mean ${close}?`}`)
  } catch (error) {
    if (!isExpected(error)) throw error
    process.stderr.write(`cloudstead: ${error.message}\n`)
    return 1
  }
}

/** Matched by name, because importing the classes would load the modules of every command. */
const EXPECTED = new Set([
  'AnsweredError',
  'BlobsPlaceError',
  'BlobsUnavailableError',
  'UsageError',
  'ConfigError',
  'DataDirInUseError',
  'HomeError',
  'MigrationError',
  'RecordsDatabaseError',
  'RecordsFileError',
  'RecordsUnavailableError',
  'S3StoreError',
  'SecretsError',
])

/** Whether the operator can fix it: the command line, the configuration, or a failed system call (a port, a directory). */
function isExpected(error: unknown): error is Error {
  return error instanceof Error && (EXPECTED.has(error.name) || (error as NodeJS.ErrnoException).syscall !== undefined)
}
