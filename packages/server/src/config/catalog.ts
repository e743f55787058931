/** Titles and help texts of the settings, for the Console. */
import type { Text } from '@cloudstead/rules'
import { collectionKey, type FixedKey } from './keys.ts'

export interface CatalogEntry {
  /** How the value is entered. */
  readonly kind: 'boolean' | 'seconds' | 'size' | 'choice' | 'text' | 'secret' | 'rules' | 'indexes' | 'list'
  readonly title: Text
  readonly help: Text
  readonly choices?: readonly string[]
}

const FIXED: Readonly<Record<FixedKey, CatalogEntry>> = {
  'storage.acl': {
    kind: 'rules',
    title: { en: 'Permissions of files', zh: '文件权限' },
    help: { en: 'Who may read and write files.', zh: '谁可以读取和写入文件。' },
  },
  'storage.resourceOpenid': {
    kind: 'choice',
    title: { en: 'Meaning of resource.openid', zh: 'resource.openid 的含义' },
    help: {
      en: 'What resource.openid means in custom rules: path, the {id} of users/{id}/ in the path; creator, the user who uploaded the file.',
      zh: '自定义规则中 resource.openid 的含义：path 表示路径 users/{id}/ 中的 {id}；creator 表示上传文件的人。',
    },
    choices: ['path', 'creator'],
  },
  'storage.tempUrlMaxAge': {
    kind: 'seconds',
    title: { en: 'Lifetime of temporary URLs', zh: '临时链接有效期' },
    help: {
      en: 'How long the temporary URL of a private file is valid if the caller does not give a lifetime: 1 second to 24 hours.',
      zh: '调用方未指定有效期时，私有文件的临时链接有效多久：1 秒到 24 小时。',
    },
  },
  'storage.maxFileSize': {
    kind: 'size',
    title: { en: 'Largest file', zh: '单个文件大小上限' },
    help: { en: 'Larger uploads are refused. At most 5 GB.', zh: '超过此大小的上传会被拒绝。最大 5 GB。' },
  },
  'auth.anonymous': {
    kind: 'boolean',
    title: { en: 'Anonymous login', zh: '匿名登录' },
    help: {
      en: 'Whether people may use the app without an account. Anonymous users who are already logged in stay logged in.',
      zh: '是否允许用户不注册就使用应用。已登录的匿名用户不受影响。',
    },
  },
  'auth.wechat.appid': {
    kind: 'text',
    title: { en: 'AppID of the Mini Program', zh: '小程序 AppID' },
    help: { en: 'From the WeChat admin console: wx and 16 characters.', zh: '在微信公众平台获取，以 wx 开头。' },
  },
  'auth.wechat.secret': {
    kind: 'secret',
    title: { en: 'AppSecret of the Mini Program', zh: '小程序 AppSecret' },
    help: {
      en: 'Used to exchange WeChat login codes. It is not shown again after it is saved.',
      zh: '用于换取微信登录凭证。保存后不再显示。',
    },
  },
  'auth.wechat.apiBase': {
    kind: 'text',
    title: { en: 'Address of the WeChat API', zh: '微信接口地址' },
    help: {
      en: 'Where login codes are exchanged. The AppSecret is sent there, so only the configuration file can set it.',
      zh: '换取登录凭证的服务器地址。AppSecret 会发送到该地址，因此只能在配置文件中设置。',
    },
  },
  'security.webDomains': {
    kind: 'list',
    title: { en: 'Web security domains', zh: 'WEB 安全域名' },
    help: {
      en: 'Web sites whose pages may call this server, one per line, such as shop.example.com or http://localhost:5173. Mini Programs need no entry.',
      zh: '允许在浏览器中访问本服务器的网站，每行一个，例如 shop.example.com 或 http://localhost:5173。小程序无需填写。',
    },
  },
  'security.hosts': {
    kind: 'list',
    title: { en: 'Host names of this server', zh: '本服务器的域名' },
    help: {
      en: 'Names in the URLs by which clients reach this server, one per line and without port, such as api.example.com. IP addresses, localhost and the name of --public-url need no entry.',
      zh: '客户端访问本服务器所用的域名，每行一个，不带端口，例如 api.example.com。IP 地址、localhost 和 --public-url 中的域名无需填写。',
    },
  },
  'functions.rules': {
    kind: 'rules',
    title: { en: 'Permissions of functions', zh: '云函数权限' },
    help: {
      en: 'Who may invoke functions through the SDKs. Calls by administrators, timers and HTTP access are not subject to it.',
      zh: '谁可以通过 SDK 调用云函数。管理端、定时器和 HTTP 访问的调用不受限制。',
    },
  },
}

/** @param key a valid key */
export function catalogEntry(key: string): CatalogEntry {
  const ofCollection = collectionKey(key)
  if (ofCollection === undefined) return FIXED[key as FixedKey]
  const { collection, member } = ofCollection
  return member === 'acl'
    ? {
        kind: 'rules',
        title: { en: `Permissions of ${collection}`, zh: `${collection} 的权限` },
        help: { en: 'Who may read and write its documents.', zh: '谁可以读取和写入其中的文档。' },
      }
    : {
        kind: 'indexes',
        title: { en: `Indexes of ${collection}`, zh: `${collection} 的索引` },
        help: {
          en: 'A list of field names, such as ["status"], or of { "fields": { "status": 1, "createdAt": -1 }, "unique": false }.',
          zh: '字段列表，例如 ["status"]，或 { "fields": { "status": 1, "createdAt": -1 }, "unique": false }。',
        },
      }
}
