import { type Caller, type CloudPath, CloudsteadError } from '@cloudstead/protocol'
import { filesFrom } from './path-walk.ts'
import type { StorageParts } from './store.ts'
import { parseFolder } from './tree-path.ts'
import { receiveUpload } from './uploads.ts'

/** As other consoles mark theirs. */
const FOLDER_TYPE = 'application/x-directory'

/**
 * Makes a folder in which nothing is yet: an object without bytes whose name ends with a slash. A folder that files are
 * in needs none.
 *
 * @throws CloudsteadError INVALID_FILE_NAME, STORAGE_FILE_EXIST or STORAGE_EXCEED_AUTHORITY
 */
export async function createFolder(parts: StorageParts, caller: Caller, folder: string): Promise<void> {
  const path = parseFolder(folder)
  const [first] = await filesFrom(parts, path, undefined, 1)
  if (path === '' || first !== undefined) throw new CloudsteadError('STORAGE_FILE_EXIST', 'the folder exists already')
  const ticket = { env: parts.env, path: path as CloudPath, caller, maxSize: 0, expires: parts.now() }
  await receiveUpload(parts, ticket, nothing(), { length: 0, contentType: FOLDER_TYPE })
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
