/** The key with which the function getLoginTicket makes login tickets. */
import { readFileSync } from 'node:fs'
import { loginKeyFile, writeLoginKey } from '../orders/tools/functions.ts'
import type { ServerProcess } from './server-process.ts'

type Server = Pick<ServerProcess, 'env' | 'createLoginKey' | 'loginKeyIds'>

/**
 * Makes the key file of the function, unless there is one that the server accepts.
 *
 * @param functions the directory of the functions
 * @returns whether a new file was written
 */
export async function prepareLoginKey(server: Server, functions: string): Promise<boolean> {
  const key = keyIn(loginKeyFile(functions))
  if (key?.env_id === server.env && (await server.loginKeyIds()).includes(String(key.private_key_id))) return false
  writeLoginKey(functions, await server.createLoginKey())
  return true
}

/** What the file says; undefined when there is none, or none that can be read. */
function keyIn(file: string): { readonly env_id?: unknown; readonly private_key_id?: unknown } | undefined {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
