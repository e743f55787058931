/** What completions say beside the names, in the reader's language. */
import { language } from '../../i18n/language.ts'

const EN = {
  key: 'rule',
  variable: 'variable',
  word: 'word',
  collection: 'collection',
  data: 'What the request brings; missing for reads and deletes.',
  creator: 'Who made the document; equals each id of that person.',
  keys: {
    read: 'Who may read. true, false or an expression.',
    write: 'Who may write; a missing rule denies.',
    create: 'Who may make documents; without it, write decides.',
    update: 'Who may change documents; without it, write decides.',
    delete: 'Who may delete documents; without it, write decides.',
    maxAge: 'Seconds that a temporary URL lives, 1 to 86400.',
  },
  auth: {
    openid: 'The WeChat openid, else the custom id; anonymous logins have none.',
    uid: 'Every user has one.',
    customUserId: 'The id of a custom login.',
    loginType: "'ANONYMOUS', 'CUSTOM' or 'WECHAT_OPEN'.",
  },
  resource: {
    openid: 'Whose file it is.',
    path: 'The cloudPath, such as users/alice/a.jpg.',
    size: 'Bytes; not known while an upload is announced.',
    metadata: 'What is stored with the file.',
  },
  variables: {
    auth: 'Who asks; null when nobody is logged in.',
    resource: 'The file.',
    doc: 'The document as it is stored; for a create, as it would be.',
    request: 'What a create or an update brings.',
    now: 'Milliseconds since 1970.',
  },
  pieces: {
    loggedIn: 'somebody is logged in',
    named: 'not anonymously',
    ownFile: 'their own file',
    ownDocument: 'their own document',
    path: 'by the path',
    get: 'another document',
  },
}

const ZH: typeof EN = {
  key: '规则',
  variable: '变量',
  word: '关键字',
  collection: '集合',
  data: '请求携带的数据；读取和删除时没有。',
  creator: '文档的创建者；与该用户的任一 id 相等。',
  keys: {
    read: '谁可以读。true、false 或表达式。',
    write: '谁可以写；没有写的规则一律拒绝。',
    create: '谁可以新建文档；未写时由 write 决定。',
    update: '谁可以修改文档；未写时由 write 决定。',
    delete: '谁可以删除文档；未写时由 write 决定。',
    maxAge: '临时链接的有效秒数，1 到 86400。',
  },
  auth: {
    openid: '微信 openid，否则为自定义登录 id；匿名登录没有。',
    uid: '每个用户都有。',
    customUserId: '自定义登录的 id。',
    loginType: "'ANONYMOUS'、'CUSTOM' 或 'WECHAT_OPEN'。",
  },
  resource: {
    openid: '文件属于谁。',
    path: 'cloudPath，例如 users/alice/a.jpg。',
    size: '字节数；申请上传时未知。',
    metadata: '随文件保存的元数据。',
  },
  variables: {
    auth: '请求者；未登录时为 null。',
    resource: '被访问的文件。',
    doc: '已保存的文档；新建时为将要保存的文档。',
    request: '新建或修改时携带的数据。',
    now: '自 1970 年以来的毫秒数。',
  },
  pieces: {
    loggedIn: '已登录',
    named: '不是匿名登录',
    ownFile: '自己的文件',
    ownDocument: '自己的文档',
    path: '按路径判断',
    get: '查询另一个文档',
  },
}

export function words(): typeof EN {
  return language() === 'zh' ? ZH : EN
}
