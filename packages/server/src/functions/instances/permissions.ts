import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FunctionDefinition } from '../definition.ts'

/** The program of a function process: beside the file of the server where that is built, else the source. */
const PROGRAM = ['./function-host.js', '../host/host.ts']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find(existsSync)

/**
 * How Node is started for a function.
 *
 * The permission model keeps accidents in: a function reads its project and writes to its own directory, starts no process
 * and no thread, and loads no native code. It may use the network.
 *
 * @param scratch the directory that it may write to
 */
export function nodeArguments(
  { sandbox, readable, allow, memoryMB }: Pick<FunctionDefinition, 'sandbox' | 'readable' | 'allow' | 'memoryMB'>,
  scratch: string,
): { readonly program: string; readonly args: readonly string[] } {
  if (PROGRAM === undefined) throw new Error('the program of function processes is missing')
  const limits = [`--max-old-space-size=${memoryMB}`]
  if (!sandbox) return { program: PROGRAM, args: limits }
  const paths = allow.filter((permission) => permission.startsWith('read:')).map((path) => path.slice('read:'.length))
  const flags = [
    '--permission',
    ...[dirname(PROGRAM), scratch, ...readable, ...paths].map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${scratch}`,
    // The permission model does not cover the files of node:sqlite; functions on the platform do not have it.
    ...(allow.includes('addons') ? ['--allow-addons'] : known('--no-experimental-sqlite')),
    ...(allow.includes('child-process') ? ['--allow-child-process'] : []),
    ...known('--allow-net'),
  ]
  return { program: PROGRAM, args: [...flags, ...limits] }
}

/** A flag, if this version of Node has it: the network is free without a flag before Node 25, and flags may go. */
function known(flag: string): readonly string[] {
  return process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : []
}
