/** Codes that no call of an SDK brings about at will, and why. */
export interface Unseen {
  readonly codes: readonly string[]
  readonly en: string
  readonly zh: string
}

export const UNSEEN: readonly Unseen[] = [
  {
    codes: ['STORAGE_REQUEST_FAIL'],
    en: 'the connection broke while the bytes were being sent, or too many writers changed one file at once',
    zh: '上传数据时连接中断，或同时修改同一文件的写入过多',
  },
  {
    codes: ['STORAGE_SIGN_PARAM_INVALID', 'STORAGE_SIGN_EXPIRED'],
    en: 'an upload URL that was edited or is too old. The SDKs request a URL for each upload and use it at once',
    zh: '上传地址被改动或已过期。SDK 每次上传都申请新地址并立即使用',
  },
  {
    codes: ['CDN_SIGNATURE_MISSING', 'CDN_INVALID_SIGNATURE', 'CDN_SIGNATURE_EXPIRED'],
    en: "answers of a file's URL, in `<Code>`. `downloadFile` requests a new URL for each download",
    zh: '文件 URL 的应答，错误码在 `<Code>` 中。`downloadFile` 每次下载都申请新的 URL',
  },
  {
    codes: ['DATABASE_TRANSACTION_CONFLICT', 'EXCEED_CONCURRENT_REQUEST_LIMIT', 'SERVER_BUSY'],
    en: 'only under load. The form is that of the other errors of the same call',
    zh: '只在高负载时出现，形式与该调用的其他错误相同',
  },
  {
    codes: ['ORIGIN_NOT_ALLOWED'],
    en: 'only browsers send an Origin, and they hide the answer from the page: the call fails like a broken connection',
    zh: '只有浏览器会发送 Origin，并且不让页面看到应答：调用像断网一样失败',
  },
  {
    codes: ['DOCUMENT_NOT_FOUND'],
    en: 'only in GATEWAY mode, where js-sdk 3.7.0 makes an empty list of it',
    zh: '只在 GATEWAY 模式下出现，js-sdk 3.7.0 会把它变成空列表',
  },
  {
    codes: ['SYS_ERR'],
    en: 'only when the server has a defect',
    zh: '只在服务器有缺陷时出现',
  },
]
