import { bodyOf, type S3Client } from './s3-client.ts'
import { S3Error } from './s3-errors.ts'

const NOT_IMPLEMENTED = 501
/** The answers when there is a mark already, or another process is writing one. */
const THERE_IS_ONE = [412, 409]

/**
 * Reads the mark of the store; with a text, writes it first if there is none. Several processes may do so at once: the store
 * takes one. A store that ignores `If-None-Match` takes all of them and keeps the last; then a process that read again
 * before that believes in another mark, until it reads the mark the next time.
 */
export async function storeMark(client: S3Client, key: string, text?: string): Promise<string | undefined> {
  const found = await client.text(key)
  if (found !== undefined || text === undefined) return found
  const body = bodyOf(Buffer.from(text))
  try {
    await client.put(key, body, { headers: { 'if-none-match': '*', 'content-type': 'application/json' } })
  } catch (error) {
    const status = error instanceof S3Error ? error.status : undefined
    if (status === NOT_IMPLEMENTED) await client.put(key, body)
    else if (status === undefined || !THERE_IS_ONE.includes(status)) throw error
  }
  return client.text(key)
}
