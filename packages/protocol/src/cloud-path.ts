import { CloudsteadError } from './errors.ts'

/** A cloudPath that passed {@link parseCloudPath}. Services and engines accept names only in this form. */
export type CloudPath = string & { readonly __brand: 'CloudPath' }

/** UTF-8 bytes: the limit that the platform documents for object keys. */
export const MAX_CLOUD_PATH_BYTES = 850

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

const DOT_SEGMENT = /(?:^|\/)\.\.?(?:\/|$)/

/**
 * Checks a cloudPath and returns it unchanged, byte for byte. All checks of names are here.
 *
 * @throws CloudsteadError `INVALID_FILE_NAME` with the reason
 * @example parseCloudPath('users/alice/图 1.jpg')
 */
export function parseCloudPath(input: unknown): CloudPath {
  const reason = cloudPathProblem(input)
  if (reason === undefined) return input as CloudPath
  const [en, zh] = reason
  throw new CloudsteadError('INVALID_FILE_NAME', { en: `cloudPath ${en}`, zh: `cloudPath ${zh}` })
}

function cloudPathProblem(input: unknown): readonly [en: string, zh: string] | undefined {
  if (typeof input !== 'string') return ['must be a string', '必须是字符串']
  if (input === '') return ['is empty', '为空']
  if (input.startsWith('/')) return ['must not start with /', '不能以 / 开头']
  if (input.includes('//')) return ['must not contain //', '不能包含 //']
  if (CONTROL.test(input)) return ['must not contain control characters', '不能包含控制字符']
  if (!input.isWellFormed()) return ['is not valid Unicode', '不是有效的 Unicode']
  if (DOT_SEGMENT.test(input)) return ['must not contain a . or .. segment', '不能包含 . 或 .. 段']
  const bytes = Buffer.byteLength(input, 'utf8')
  if (bytes > MAX_CLOUD_PATH_BYTES)
    return [
      `is ${bytes} bytes long; the limit is ${MAX_CLOUD_PATH_BYTES}`,
      `有 ${bytes} 字节，上限为 ${MAX_CLOUD_PATH_BYTES}`,
    ]
  return undefined
}

/** The {id} of `users/{id}/...`, which names the owner of the file; undefined for other paths. */
export function claimOf(path: CloudPath): string | undefined {
  const match = /^users\/([^/]+)\//.exec(path)
  return match?.[1]
}
