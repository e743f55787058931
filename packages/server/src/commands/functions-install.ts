/** `cloudstead functions install`: installs the packages of functions with npm. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { missingPackages } from '../functions/doctor/packages.ts'
import { createDisk } from '../functions/project/disk.ts'
import { PROJECT_OPTIONS, projectOfOptions } from './functions-project.ts'
import { type Environment, parseOptions } from './options.ts'

const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json']
const FLAGS = ['--omit=dev', '--no-audit', '--no-fund']

/** Runs npm in the folder of each function that lacks packages. Stops at the first that fails, and resolves to 1 then. */
export async function functionsInstall(
  args: readonly string[],
  environment: Environment,
  write: (text: string) => void = (text) => void process.stdout.write(text),
): Promise<number> {
  const { functions } = projectOfOptions(parseOptions(args, PROJECT_OPTIONS)).current()
  const lacking = [...functions.values()].filter((definition) =>
    missingPackages(createDisk(), definition).some(({ listed }) => listed),
  )
  for (const { name, directory } of lacking) {
    const hasLock = LOCK_FILES.some((file) => existsSync(join(directory, file)))
    const command = [hasLock ? 'ci' : 'install', ...FLAGS]
    write(`${name}: npm ${command.join(' ')}\n`)
    const problem = await runNpm(command, directory, environment)
    if (problem === undefined) continue
    write(`${name}: ${problem}; nothing more was installed\n`)
    return 1
  }
  write(
    lacking.length === 0
      ? 'No function lacks a package.\n'
      : `Installed the packages of ${lacking.length} of ${functions.size} functions.\n`,
  )
  return 0
}

/** @returns why it failed; undefined when it did not */
function runNpm(args: readonly string[], cwd: string, environment: Environment): Promise<string | undefined> {
  const isWindows = process.platform === 'win32'
  return new Promise((resolve) => {
    const npm = spawn(isWindows ? 'npm.cmd' : 'npm', args, {
      ...{ cwd, env: environment, shell: isWindows },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    npm.on('error', ({ message }) => resolve(`npm cannot be started (${message}); it comes with Node.js`))
    npm.on('close', (code, signal) => resolve(code === 0 ? undefined : `npm failed (${signal ?? `exit code ${code}`})`))
  })
}
