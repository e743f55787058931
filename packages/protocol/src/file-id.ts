import { type CloudPath, parseCloudPath } from './cloud-path.ts'
import { CloudsteadError } from './errors.ts'

/** Environment ids: letters, digits and dashes. No dots, because SDKs split a fileID at its first dot. */
export const ENV_ID = /^[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]$/

/** The ten-digit account number in bucket names. It has no meaning here and only keeps the platform's format. */
export const APP_ID = '1250000000'

/** `<hex of the env id's first two characters>-<env>-<appid>`, as the platform names its buckets. */
export function bucketOf(env: string): string {
  // Environment ids are ASCII from 0x2d up, so each character has two hex digits.
  return `${env.charCodeAt(0).toString(16)}${env.charCodeAt(1).toString(16)}-${env}-${APP_ID}`
}

/** `cloud://<env>.<bucket>/<cloudPath>`: permanent, with the path not encoded. */
export function formatFileId(env: string, path: CloudPath): string {
  return `cloud://${env}.${bucketOf(env)}/${path}`
}

/**
 * The cloudPath in a fileID of this environment. The short form `cloud://<env>/<path>` is accepted too.
 *
 * @throws CloudsteadError `INVALID_PARAM` when it is not a fileID, or belongs to another environment; `INVALID_FILE_NAME` for an
 *   invalid path
 */
export function parseFileId(env: string, input: unknown): CloudPath {
  if (typeof input !== 'string')
    throw new CloudsteadError('INVALID_PARAM', { en: 'a fileID must be a string', zh: 'fileID 必须是字符串' })
  const match = /^cloud:\/\/([^/.]+)(?:\.([^/]*))?\/(.*)$/s.exec(input)
  if (match === null)
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'a fileID has the form cloud://<env>.<bucket>/<cloudPath>',
      zh: 'fileID 的格式为 cloud://<env>.<bucket>/<cloudPath>',
    })
  const [, fileEnv, bucket, path] = match
  if (fileEnv !== env || (bucket !== undefined && bucket !== bucketOf(env))) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'the fileID belongs to another environment',
      zh: '该 fileID 属于另一个环境',
    })
  }
  return parseCloudPath(path)
}
