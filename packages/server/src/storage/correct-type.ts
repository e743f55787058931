import { CloudsteadError, parseCloudPath } from '@cloudstead/protocol'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { essenceOf, withCharset } from './content-type.ts'
import { filePut } from './file-record.ts'
import type { StorageOptions } from './options.ts'
import { expectFile, loadFile } from './store.ts'

/**
 * Changes the type of a stored file. Whether browsers may show it inline is decided by the list of inline types when it is
 * served, so no type makes a file run.
 *
 * @param contentType its parameters are dropped
 * @throws CloudsteadError INVALID_FILE_NAME, INVALID_PARAM or STORAGE_FILE_NONEXIST
 */
export async function correctType(options: StorageOptions, input: string, contentType: string): Promise<void> {
  const path = parseCloudPath(input)
  const type = essenceOf(contentType)
  if (type === undefined)
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'contentType has to be a type such as image/png',
      zh: 'contentType 必须是类型，例如 image/png',
    })
  await retryOnConflict(
    async () => {
      const stored = await loadFile(options, path)
      if (stored === undefined) throw new CloudsteadError('STORAGE_FILE_NONEXIST')
      const file = { ...stored.file, contentType: withCharset(type), updatedAt: options.now() }
      const { done } = await options.records.commit([filePut(options.env, file)], [expectFile(options, path, stored)])
      return done || CONFLICT
    },
    {
      exhausted: () =>
        new CloudsteadError('STORAGE_REQUEST_FAIL', {
          en: 'the file is overwritten too often; try again',
          zh: '文件被频繁覆盖，请重试',
        }),
    },
  )
}
