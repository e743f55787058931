/** Runs a Node program that uses the official packages. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The folder in which `require` finds the packages, wherever the program is. */
const PACKAGES = [join(import.meta.dirname, '../node_modules'), join(import.meta.dirname, '../../node_modules')]

/** The last line of the output. */
export async function runNode(file: string): Promise<string> {
  const env = { ...process.env, NODE_PATH: PACKAGES.join(':'), TENCENTCLOUD: 'true' }
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
  return stdout.trim().split('\n').at(-1) ?? ''
}
