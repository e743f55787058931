/** A program of somebody who uses the official packages, run as they would run it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Where `require` finds the packages, wherever the program lies. */
const PACKAGES = [join(import.meta.dirname, '../node_modules'), join(import.meta.dirname, '../../node_modules')]

/** What the program printed last. */
export async function runNode(file: string): Promise<string> {
  const env = { ...process.env, NODE_PATH: PACKAGES.join(':'), TENCENTCLOUD: 'true' }
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
  return stdout.trim().split('\n').at(-1) ?? ''
}
