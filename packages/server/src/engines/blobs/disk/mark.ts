import { randomBytes } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { MARK_NAME } from '../blob-name.ts'
import { isMissing, unlinkIfThere } from '../files.ts'
import { syncDirectory } from './directory-sync.ts'

/** What file systems say that have no hard links. */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

/** Reads the mark of the store; with a text, writes it first if there is none. Several processes may do so at once. */
export async function storeMark(dir: string, text?: string): Promise<string | undefined> {
  const file = join(dir, MARK_NAME)
  const found = await readMark(file)
  if (found !== undefined || text === undefined) return found
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeSynced(temporary, text)
    await link(temporary, file).catch(async ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EEXIST') return
      if (code === undefined || !NO_LINKS.includes(code)) throw new Error(message)
      // The file may be seen before it is whole, by a process that starts at the same moment.
      await writeSynced(file, text)
    })
    await unlink(temporary)
  } catch (error) {
    await unlinkIfThere(temporary)
    throw error
  }
  await syncDirectory(dir)
  return readMark(file)
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readMark(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
