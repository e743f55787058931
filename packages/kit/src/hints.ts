/** What to do about an error. */
export interface Hint {
  readonly en: string
  readonly zh: string
}

interface Row extends Hint {
  readonly retryable: boolean
}

function row(en: string, zh: string): Row {
  return { en, zh, retryable: false }
}

function transient(en: string, zh: string): Row {
  return { en, zh, retryable: true }
}

/** All error codes of the kit. Codes of the platform keep its names. */
export const HINTS = {
  CANCELLED: row('Nothing was chosen.', '未选择文件。'),
  PRIVACY_REFUSED: row(
    'The user refused the privacy guideline: say why photos are needed, and ask again.',
    '用户未同意隐私保护指引：请说明用途后再次请求。',
  ),
  PRIVACY_UNDECLARED: row(
    'Declare "selected photos or videos" in the privacy guideline of the admin console.',
    '请在小程序后台的“用户隐私保护指引”中声明“选中的照片或视频信息”。',
  ),
  PERMISSION_MISSING: row(
    'No access to camera or album: let the user allow it (wx.openSetting).',
    '没有相机或相册权限：请引导用户开启（wx.openSetting）。',
  ),
  PICK_FAILED: row('The picker failed: try again, or update WeChat.', '选择文件失败：请重试或升级微信。'),
  ABORTED: row('The upload was stopped.', '上传已取消。'),
  INTERRUPTED: transient(
    'WeChat stops transfers in the background: keep the program open and try again.',
    '小程序进入后台后传输会中断：请保持在前台并重试。',
  ),
  NETWORK_ERROR: transient(
    'The network failed: check it and try again; compress large files.',
    '网络异常：请检查网络后重试，大文件请先压缩。',
  ),
  TIMEOUT: transient(
    'It took too long: compress the file, or raise timeoutMs for videos.',
    '请求超时：请压缩文件，视频请调大 timeoutMs。',
  ),
  STORAGE_REQUEST_FAIL: transient(
    'The storage failed: try again; on a weak network compress the file.',
    '存储请求失败：请重试，弱网下请先压缩文件。',
  ),
  UPLOAD_REFUSED: row('The storage refused the upload: see the message.', '存储拒绝了上传：请查看 message。'),
  UPLOAD_TICKET_EXPIRED: transient(
    'The permission to upload ran out: try again, and check the clock of the phone.',
    '上传凭证已过期：请重试，并检查手机时间。',
  ),
  FILE_TOO_LARGE: row(
    'Over 100 MB: compress it, or upload it in parts from a server and write the fileID back.',
    '超过 100 MB：请压缩，或在服务端分片上传后写回 fileID。',
  ),
  EXCEED_UPLOAD_MAXFILESIZE: row(
    'Larger than the environment accepts: compress it, or raise storage.maxFileSize.',
    '超过环境的文件大小限制：请压缩文件，或调大 storage.maxFileSize。',
  ),
  FILE_NOT_FOUND: row('The file on the phone is gone: choose it again.', '手机上的文件已不存在：请重新选择。'),
  INVALID_FILE_NAME: row(
    'The cloudPath is not valid: no leading /, no //, no . or .. segment, at most 850 bytes.',
    'cloudPath 不合法：不能以 / 开头，不能含 //、. 或 .. 段，不超过 850 字节。',
  ),
  INVALID_FILE_ID: row(
    'Not a fileID: store what begins cloud://, never a URL.',
    '不是 fileID：请保存以 cloud:// 开头的 fileID，不要保存链接。',
  ),
  INVALID_PARAM: row('A parameter is wrong: see the message.', '参数错误：请查看 message。'),
  DOMAIN_NOT_ALLOWED: row(
    'Add the domain in the admin console, under server domains.',
    '请在小程序后台的“服务器域名”中添加该域名。',
  ),
  WRONG_ENVIRONMENT: row(
    'Compare the environment id given to connect with the one at the top left of the Console.',
    '请核对 connect 的环境 ID 与控制台左上角的环境 ID。',
  ),
  STORAGE_EXCEED_AUTHORITY: row(
    'The storage rules refuse this: check the login, the path users/{id}/ and the rules.',
    '没有存储权限：请检查登录状态、路径 users/{id}/ 和安全规则。',
  ),
  STORAGE_FILE_NONEXIST: row('There is no such file; it may be deleted.', '文件不存在，可能已被删除。'),
  URL_EXPIRED: transient(
    'The temporary URL ran out (403): get it again on each page load, or call refresh(fileID).',
    '临时链接已过期（403）：请在页面加载时重新获取，或调用 refresh(fileID)。',
  ),
  FILES_ARE_PUBLIC: row(
    'Others can download these files: make them private, or set the rule ' +
      '"auth != null && resource.openid == auth.openid".',
    '他人可以下载这些文件：请改为私有，或设置自定义规则 “auth != null && resource.openid == auth.openid”。',
  ),
  NOT_LOGGED_IN: row(
    'Nobody is logged in: give connect a login, or log in through cloud.auth.',
    '尚未登录：请为 connect 设置 login，或通过 cloud.auth 登录。',
  ),
  LOGIN_EXPIRED: row('The login has expired: log in again.', '登录已失效：请重新登录。'),
  LOGIN_REFUSED: row(
    'The login was refused: check the ticket and its key, or the appid.',
    '登录被拒绝：请检查 ticket 与密钥，或 appid。',
  ),
  LOGIN_DISABLED: row('This login is switched off in the environment.', '环境未开启该登录方式。'),
  TICKET_FAILED: transient(
    'The function that fetches the ticket failed: see cause.',
    '获取 ticket 失败：请查看 cause。',
  ),
  DATABASE_PERMISSION_DENIED: row(
    'The permissions of the collection refuse this: check the login and the acl.',
    '没有数据库权限：请检查登录状态和集合权限。',
  ),
  DATABASE_COLLECTION_NOT_EXIST: row('There is no such collection: create it first.', '集合不存在：请先创建。'),
  DOCUMENT_NOT_FOUND: row(
    'Nothing was changed: there is no such document, or it is not yours.',
    '没有更新：记录不存在，或不属于当前用户。',
  ),
  DATABASE_REQUEST_FAILED: row('The database failed: see the message.', '数据库请求失败：请查看 message。'),
  TOO_MANY_REQUESTS: transient('Too much at once: try again in a moment.', '请求过于频繁：请稍后重试。'),
  SERVER_ERROR: transient('The server failed: try again later.', '服务器错误：请稍后重试。'),
  UNKNOWN: row('See the message and the cause.', '请查看 message 和 cause。'),
} as const satisfies Readonly<Record<string, Row>>

export type KitErrorCode = keyof typeof HINTS

/** The rows of the recipe's error table, and their codes here. */
export const RECIPE_ERRORS: readonly { readonly row: string; readonly codes: readonly KitErrorCode[] }[] = [
  { row: 'R24', codes: ['STORAGE_REQUEST_FAIL', 'TIMEOUT', 'NETWORK_ERROR'] },
  { row: 'R25', codes: ['WRONG_ENVIRONMENT'] },
  { row: 'R26', codes: ['URL_EXPIRED'] },
  { row: 'R27', codes: ['FILES_ARE_PUBLIC'] },
  { row: 'R28', codes: ['FILE_TOO_LARGE'] },
]

/** What to do about a code, in both languages. */
export function hintFor(code: KitErrorCode): Hint {
  const { en, zh } = HINTS[code]
  return { en, zh }
}
