/**
 * The table of error codes. Every error that a client sees is a {@link CloudsteadError} with a code from this table, so each
 * code has the same HTTP status and messages everywhere. Codes of the platform are used where they exist.
 */

/** A row of the error table. */
export interface ErrorEntry {
  /** The HTTP status, except in dialects A and B, which always answer 200. */
  readonly status: number
  readonly en: string
  readonly zh: string
  /** What the reader should do next. */
  readonly fixEn: string
  readonly fixZh: string
}

function entry(status: number, en: string, zh: string, fixEn: string, fixZh: string): ErrorEntry {
  return { status, en, zh, fixEn, fixZh }
}

export const ERRORS = {
  INVALID_PARAM: entry(
    400,
    'A parameter is missing or malformed.',
    '参数缺失或格式错误。',
    'Correct the parameter that the message names.',
    '请按提示修改对应参数。',
  ),
  INVALID_ACTION: entry(
    400,
    'This server does not support the action.',
    '服务器不支持该 action。',
    'Check the SDK version and the action name.',
    '请检查 SDK 版本和 action 名称。',
  ),
  INVALID_ENV: entry(
    400,
    'The environment does not exist on this server.',
    '环境不存在。',
    'Use the environment id that the server was started with.',
    '请使用服务器启动时指定的环境 ID。',
  ),
  INVALID_FILE_NAME: entry(
    400,
    'The cloudPath is not a valid file name.',
    'cloudPath 不合法。',
    'Use a relative path such as users/<openid>/a.jpg: no leading /, no //, no . or .. segment, at most 850 bytes.',
    '请使用相对路径，例如 users/<openid>/a.jpg：不能以 / 开头，不能含 //、. 或 .. 段，不超过 850 字节。',
  ),
  EXCEED_UPLOAD_MAXFILESIZE: entry(
    413,
    'The file is larger than this environment accepts.',
    '文件超过大小限制。',
    'Compress or split the file, or raise storage.maxFileSize.',
    '请压缩或拆分文件，或调大 storage.maxFileSize。',
  ),
  EXCEED_REQUEST_SIZE_LIMIT: entry(
    413,
    'The request body is too large.',
    '请求体过大。',
    'Send less in one call.',
    '请减少单次请求的数据量。',
  ),
  EXCEED_MAX_RESPONSE_SIZE: entry(
    400,
    'The response would be too large.',
    '返回数据过大。',
    'Request less in one call: lower the limit, or select fields with field().',
    '请减少单次返回的数据：调小 limit，或用 field() 指定字段。',
  ),
  STORAGE_REQUEST_FAIL: entry(
    500,
    'The storage request failed.',
    '存储请求失败。',
    'Try again; on a weak network compress the file or raise the timeout.',
    '请重试；弱网下请压缩文件或调大超时时间。',
  ),
  STORAGE_EXCEED_AUTHORITY: entry(
    403,
    'The storage rules deny this.',
    '没有权限访问该文件。',
    'Check the login state and the storage rules of the environment.',
    '请检查登录状态和环境的存储安全规则。',
  ),
  STORAGE_FILE_NONEXIST: entry(
    404,
    'The file does not exist.',
    '文件不存在。',
    'Check the fileID; the file may have been deleted.',
    '请检查 fileID，文件可能已被删除。',
  ),
  STORAGE_FILE_EXIST: entry(
    409,
    'The target file already exists.',
    '目标文件已存在。',
    'Choose another path, or allow overwriting.',
    '请更换路径，或允许覆盖。',
  ),
  PRECONDITION_FAILED: entry(
    412,
    'The stored file does not meet a condition of the request.',
    '已存储的文件不满足请求中的条件。',
    'Read the file again and decide anew; or leave out If-Match, If-None-Match or If-Unmodified-Since.',
    '请重新读取文件后再决定；或去掉 If-Match、If-None-Match、If-Unmodified-Since。',
  ),
  STORAGE_SIGN_PARAM_INVALID: entry(
    403,
    'The upload URL is not valid.',
    '上传地址无效。',
    'Request a new one with getUploadMetadata, and do not edit it.',
    '请重新调用 getUploadMetadata 获取，不要修改地址。',
  ),
  STORAGE_SIGN_EXPIRED: entry(
    403,
    'The upload URL has expired.',
    '上传地址已过期。',
    'Request a new one with getUploadMetadata.',
    '请重新调用 getUploadMetadata 获取。',
  ),
  CDN_SIGNATURE_MISSING: entry(
    403,
    'This file is private, and the URL has no signature.',
    '该文件为私有，链接缺少签名。',
    'Call getTempFileURL with the fileID and use the URL that it returns.',
    '请用 fileID 调用 getTempFileURL 获取链接。',
  ),
  CDN_INVALID_SIGNATURE: entry(
    403,
    'The signature of the URL is wrong.',
    '链接签名错误。',
    'Use the URL exactly as getTempFileURL returned it.',
    '请原样使用 getTempFileURL 返回的链接。',
  ),
  CDN_SIGNATURE_EXPIRED: entry(
    403,
    'The temporary URL has expired.',
    '临时链接已过期。',
    'Call getTempFileURL again; store fileIDs, never URLs.',
    '请重新调用 getTempFileURL；请保存 fileID 而不是链接。',
  ),
  DATABASE_REQUEST_FAILED: entry(
    400,
    'The database request failed.',
    '数据库请求失败。',
    'Correct what the message names.',
    '请按提示修改。',
  ),
  DATABASE_INVALID_OPERRATOR: entry(
    400,
    'The query or update uses an operator that is not supported here.',
    '查询或更新使用了不支持的操作符。',
    'Use the operators of the document database.',
    '请使用文档数据库支持的操作符。',
  ),
  DATABASE_PERMISSION_DENIED: entry(
    403,
    'The permissions of the collection deny this.',
    '没有数据库操作权限。',
    'Check the login state and the acl of the collection.',
    '请检查登录状态和集合权限设置。',
  ),
  DATABASE_COLLECTION_NOT_EXIST: entry(
    404,
    'The collection does not exist.',
    '集合不存在。',
    'Create it in the Console, or declare it in the configuration file under database.collections.',
    '请在控制台中创建该集合，或在配置文件的 database.collections 中声明。',
  ),
  DATABASE_COLLECTION_ALREADY_EXIST: entry(
    409,
    'The collection already exists.',
    '集合已存在。',
    'Use it as it is, or choose another name.',
    '请直接使用，或更换名称。',
  ),
  DATABASE_DUPLICATE_WRITE: entry(
    409,
    'A document with this unique value already exists.',
    '唯一键冲突，文档已存在。',
    'Use another _id or update the existing document.',
    '请更换 _id 或更新已有文档。',
  ),
  DATABASE_TRANSACTION_CONFLICT: entry(
    409,
    'Too many clients are changing the document at once.',
    '写入冲突。',
    'Try again.',
    '请重试。',
  ),
  INVALID_ACCESS_TOKEN: entry(401, 'The access token is not valid.', '访问令牌无效。', 'Log in again.', '请重新登录。'),
  ACCESS_TOKEN_EXPIRED: entry(
    401,
    'The access token has expired.',
    '访问令牌已过期。',
    'Refresh it or log in again.',
    '请刷新令牌或重新登录。',
  ),
  CHECK_LOGIN_FAILED: entry(401, 'You are not logged in.', '未登录。', 'Log in first.', '请先登录。'),
  INVALID_CREDENTIALS: entry(
    401,
    'The key or its signature is wrong.',
    '密钥或签名错误。',
    'Create a key with `cloudstead keys api` and pass it unchanged.',
    '请用 `cloudstead keys api` 创建密钥并原样使用。',
  ),
  SIGN_EXPIRED: entry(
    401,
    'The signed request is too old.',
    '请求签名已过期。',
    'Check the clock of the calling machine.',
    '请检查调用方的系统时间。',
  ),
  ACTION_FORBIDDEN: entry(
    403,
    'This identity is not allowed to do that.',
    '当前身份无权执行该操作。',
    'Use an administrator key.',
    '请使用管理员密钥。',
  ),
  AUTH_INVALID_CUSTOM_LOGIN_TICKET: entry(
    401,
    'The custom login ticket is not valid.',
    '自定义登录票据无效。',
    'Create a new one with createTicket and a key from `cloudstead keys login` of this environment.',
    '请使用本环境 `cloudstead keys login` 的密钥重新 createTicket。',
  ),
  AUTH_WX_OAUTH_FAILED: entry(
    401,
    'WeChat did not accept the login code.',
    '微信登录失败。',
    'Call wx.login again; check wechat.appid and wechat.secret.',
    '请重新调用 wx.login；检查 wechat.appid 和 wechat.secret。',
  ),
  USER_BLOCKED: entry(
    403,
    'This user is blocked in this environment.',
    '该用户已被封禁。',
    'An administrator can unblock the user in the Console, under Users.',
    '管理员可在控制台的“用户”页解除封禁。',
  ),
  CONSOLE_SIGN_IN_REQUIRED: entry(
    401,
    'Nobody is signed in to the Console.',
    '尚未登录控制台。',
    'Sign in with the link in the terminal, a password or an API key.',
    '请使用终端中的链接、密码或 API 密钥登录。',
  ),
  CONSOLE_SIGN_IN_FAILED: entry(
    401,
    'The link, password or API key is wrong, or the link has already been used.',
    '链接、密码或 API 密钥不正确，或链接已被使用。',
    'Try again, or create a new link with `npx cloudstead console link`.',
    '请重试，或用 `npx cloudstead console link` 生成新链接。',
  ),
  CONSOLE_TOO_MANY_ATTEMPTS: entry(
    429,
    'Too many failed sign-in attempts.',
    '登录失败次数过多。',
    'Wait a minute, then try again.',
    '请等待一分钟后重试。',
  ),
  CONSOLE_REQUEST_REFUSED: entry(
    403,
    'The request does not come from the Console of this server.',
    '请求不是来自本服务器的控制台。',
    'Open the Console at its own address; in scripts, use an API key.',
    '请从控制台自身的地址打开；脚本请使用 API 密钥。',
  ),
  CONSOLE_SETTING_LOCKED: entry(
    409,
    'The configuration file sets this, and it takes precedence.',
    '该设置由配置文件指定，以配置文件为准。',
    'Edit the configuration file, or remove the key from it to set it here.',
    '请编辑配置文件；若要在此设置，请先从文件中删除该键。',
  ),
  CONSOLE_CONFLICT: entry(
    409,
    'Somebody else has changed it in the meantime.',
    '内容已被他人修改。',
    'Reload it, compare, and save again.',
    '请重新加载并比较后再保存。',
  ),
  HOST_NOT_ALLOWED: entry(
    421,
    'This server does not answer to this host name.',
    '本服务器不接受该域名。',
    'Use its IP address or localhost, start it with --public-url, or add the name to security.hosts.',
    '请使用 IP 地址或 localhost；或用 --public-url 启动；或将该域名加入 security.hosts。',
  ),
  ORIGIN_NOT_ALLOWED: entry(
    403,
    'Pages of this web site may not call this server.',
    '该网站未被允许访问本服务器。',
    'Add the web site to security.webDomains, in the Console under Settings or in the configuration file.',
    '请将该网站加入 WEB 安全域名（security.webDomains）：在控制台的“设置”页或配置文件中。',
  ),
  DOCUMENT_NOT_FOUND: entry(
    404,
    'The document does not exist.',
    '文档不存在。',
    'Check the document id and the permissions of the collection.',
    '请检查文档 ID 和集合权限设置。',
  ),
  FUNCTION_NOT_FOUND: entry(
    404,
    'There is no function with this name.',
    '没有该云函数。',
    'Check the name; the function needs a folder with this name below the functions of the project.',
    '请检查函数名；项目的云函数目录下需要有同名的文件夹。',
  ),
  FUNCTIONS_EXECUTE_FAIL: entry(
    500,
    'The function failed.',
    '云函数执行失败。',
    'Look at the log of the function, which has the error and the line, under the request id.',
    '请按 requestId 查看云函数日志，其中有错误信息和行号。',
  ),
  FUNCTIONS_TIME_LIMIT_EXCEEDED: entry(
    504,
    'The function did not answer in its time.',
    '云函数执行超时。',
    'Do less in one call, or raise the timeout of the function.',
    '请减少单次调用的工作量，或调大该函数的超时时间。',
  ),
  FUNCTIONS_MEMORY_LIMIT_EXCEEDED: entry(
    500,
    'The function needed more memory than it may use.',
    '云函数内存超限。',
    'Hold less in memory at once, or raise memorySize of the function.',
    '请减少同时占用的内存，或调大该函数的 memorySize。',
  ),
  FUNCTION_INVOCATION_FAILED: entry(
    500,
    'The function failed.',
    '云函数执行失败。',
    'Look at the log of the function, which has the error and the line, under the request id.',
    '请按 requestId 查看云函数日志，其中有错误信息和行号。',
  ),
  FUNCTION_TIME_LIMIT_EXCEEDED: entry(
    504,
    'The function did not answer in its time.',
    '云函数执行超时。',
    'Do less in one call, or raise the timeout of the function.',
    '请减少单次调用的工作量，或调大该函数的超时时间。',
  ),
  FUNCTION_MEMORY_LIMIT_EXCEEDED: entry(
    500,
    'The function needed more memory than it may use.',
    '云函数内存超限。',
    'Hold less in memory at once, or raise memorySize of the function.',
    '请减少同时占用的内存，或调大该函数的 memorySize。',
  ),
  FUNCTION_PARAM_INVALID: entry(
    400,
    'The data for the function is malformed.',
    '云函数的参数格式错误。',
    'Send a JSON object.',
    '请发送 JSON 对象。',
  ),
  FUNCTION_QUALIFIER_NOT_FOUND: entry(
    404,
    'There is no such version of the function.',
    '云函数没有该版本。',
    'Leave the qualifier out, or send $LATEST: a function has one version here.',
    '请不要指定 qualifier，或使用 $LATEST：这里每个函数只有一个版本。',
  ),
  EXCEED_CONCURRENT_REQUEST_LIMIT: entry(
    429,
    'All instances of the function were busy for too long.',
    '云函数的所有实例都在忙，等待超时。',
    'Try again shortly; make the function faster, or raise its maxInstances.',
    '请稍后重试；可以优化函数，或调大 maxInstances。',
  ),
  PERMISSION_DENIED: entry(
    403,
    'The rules of the functions deny this call.',
    '云函数安全规则拒绝了该调用。',
    'Log in, or check the invoke rule of the function.',
    '请先登录，或检查该函数的 invoke 规则。',
  ),
  EXCEED_AUTHORITY: entry(
    403,
    'The rules of the functions deny this call.',
    '云函数安全规则拒绝了该调用。',
    'Log in, or check the invoke rule of the function.',
    '请先登录，或检查该函数的 invoke 规则。',
  ),
  UNIMPLEMENTED: entry(
    501,
    'This server does not have this operation.',
    '服务器暂不支持该操作。',
    'Do without it; the compatibility page lists what works.',
    '请改用其他方式；可用操作见兼容性文档。',
  ),
  NOT_FOUND: entry(404, 'There is nothing at this address.', '地址不存在。', 'Check the URL.', '请检查 URL。'),
  SERVER_BUSY: entry(503, 'The server is stopping or overloaded.', '服务繁忙。', 'Try again shortly.', '请稍后重试。'),
  SYS_ERR: entry(
    500,
    'The server failed with an internal error.',
    '服务器内部错误。',
    'Report it with the request id.',
    '请携带 requestId 反馈。',
  ),
} as const satisfies Record<string, ErrorEntry>

/** A text in English and in Chinese. */
export interface Text {
  readonly en: string
  readonly zh: string
}

/** A code of the error table. */
export type ErrorCode = keyof typeof ERRORS

/**
 * An expected failure whose message is safe to show to the caller. Any other error becomes `SYS_ERR` at the edge.
 *
 * The message has the details of the case. Details that the Console can show are in both languages; those of errors that
 * only SDKs see may be English only.
 *
 * @example throw new CloudsteadError('INVALID_PARAM', { en: 'maxAge must be a number', zh: 'maxAge 必须是数字' })
 */
export class CloudsteadError extends Error {
  override readonly name = 'CloudsteadError'
  readonly code: ErrorCode
  /** Details for the operator's log, such as the rule clause that failed. Never sent to clients. */
  readonly internal: string | undefined
  /** The details of the case in both languages, if there are any beyond the text of the code. */
  readonly details: Text | undefined

  constructor(
    code: ErrorCode,
    message?: string | Text,
    options?: { readonly internal?: string; readonly cause?: unknown },
  ) {
    const details = typeof message === 'string' ? undefined : message
    const en = typeof message === 'string' ? message : (details?.en ?? ERRORS[code].en)
    super(en, options?.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = details
    this.internal = options?.internal
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}

/** Converts any thrown value to the error to answer with. Unexpected errors become `SYS_ERR` without their message. */
export function toCloudsteadError(thrown: unknown): CloudsteadError {
  return thrown instanceof CloudsteadError ? thrown : new CloudsteadError('SYS_ERR', undefined, { cause: thrown })
}
