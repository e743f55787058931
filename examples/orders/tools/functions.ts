/** The cloud functions of the program, for servers on this machine. */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const PROJECT = join(import.meta.dirname, '..')
/** Where npm keeps the packages of a workspace. */
const PACKAGES = join(PROJECT, '../../node_modules')

/** The directory of the functions. */
export const FUNCTIONS = join(PROJECT, 'cloudfunctions')

/** The login key of the function that makes login tickets; not in git. */
const KEY_FILE = 'tcb_custom_login.json'

/** @param functions the directory of the functions */
export function loginKeyFile(functions: string): string {
  return join(functions, 'getLoginTicket', KEY_FILE)
}

/** @param key the output of `cloudstead keys login` */
export function writeLoginKey(functions: string, key: object): void {
  writeFileSync(loginKeyFile(functions), JSON.stringify(key), { mode: 0o600 })
}

/** A copy of the functions, without a key. */
export interface FunctionsCopy {
  readonly directory: string
  remove(): void
}

/** Copies the functions to a temporary folder: servers that run at the same time need key files of their own. */
export function copyFunctions(): FunctionsCopy {
  const project = mkdtempSync(join(tmpdir(), 'orders-functions-'))
  const directory = join(project, basename(FUNCTIONS))
  const filter = (path: string) => ![KEY_FILE, 'node_modules'].includes(basename(path))
  cpSync(FUNCTIONS, directory, { recursive: true, filter })
  for (const file of ['cloudbaserc.json', '.env']) cpSync(join(PROJECT, file), join(project, file))
  symlinkSync(PACKAGES, join(project, 'node_modules'), 'junction')
  return { directory, remove: () => rmSync(project, { recursive: true, force: true }) }
}
