/** `cloudstead console`: ways into the Console, made beside a running server. */
import { createConsoleLink, setConsolePassword } from '../auth/console/commands.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../auth/console/password.ts'
import { openKeys } from './open-keys.ts'

/**
 * Makes a link that is good once, for half an hour.
 *
 * @param url where browsers reach the server; without it where the last one was reached
 * @returns undefined when no server was started yet, and nobody says where it will be
 */
export async function consoleLink(dataDir: string, env: string, url: string | undefined): Promise<string | undefined> {
  return withRecords(dataDir, env, (records) => createConsoleLink(records, Date.now, url))
}

/** Sets the password; every session and link of the Console ends. */
export async function setPassword(dataDir: string, env: string, password: string): Promise<void> {
  await withRecords(dataDir, env, (records) => setConsolePassword(records, password))
}

/** The first line of a stream, without the end of the line. Undefined: it is too short or too long to be a password. */
export async function readPassword(input: AsyncIterable<Buffer | string>): Promise<string | undefined> {
  let text = ''
  for await (const chunk of input) {
    text += chunk.toString()
    if (text.includes('\n') || text.length > MAX_INPUT) break
  }
  const [line = ''] = text.split(/\r?\n/)
  return line.length >= MIN_PASSWORD_LENGTH && line.length <= MAX_PASSWORD_LENGTH ? line : undefined
}

/** More than any password has. */
const MAX_INPUT = 4096

type Opened = Awaited<ReturnType<typeof openKeys>>

async function withRecords<T>(
  dataDir: string,
  env: string,
  work: (records: Opened['records']) => Promise<T>,
): Promise<T> {
  const opened = await openKeys(dataDir, env)
  try {
    return await work(opened.records)
  } finally {
    await opened.close()
  }
}
