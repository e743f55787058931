/** Templates for custom rules. templates.test.ts checks that they are valid and do what they say. */
import type { RulesKind } from '../../data/rules-target.ts'
import type { Text } from '../../i18n/language.ts'

interface RulesTemplate {
  readonly id: string
  readonly title: Text
  readonly description: Text
  readonly text: string
}

const both = (en: string, zh: string): Text => ({ en, zh })

/** Templates for files. */
export const STORAGE_TEMPLATES: readonly RulesTemplate[] = [
  {
    id: 'own',
    title: both('Users access only their own files', '用户只能访问自己的文件'),
    description: both(
      'Logged-in users read and write files below users/{openid}/ with their own id, and no others.',
      '登录用户只能读写 users/{openid}/ 下属于自己的文件。',
    ),
    text: `{
  "read": "auth != null && resource.openid == auth.openid",
  "write": "auth != null && resource.openid == auth.openid"
}`,
  },
  {
    id: 'members-read',
    title: both('Logged-in users read, owners write', '登录用户可读，仅本人可写'),
    description: both(
      'Logged-in users read all files and write below their own users/{openid}/. Anonymous users can do neither.',
      '实名登录的用户可读取所有文件，并在自己的 users/{openid}/ 下写入；匿名登录两者都不行。',
    ),
    text: `{
  "read": "auth != null && auth.loginType != 'ANONYMOUS'",
  "write": "auth != null && auth.loginType != 'ANONYMOUS' && resource.openid == auth.openid"
}`,
  },
  {
    id: 'public-folder',
    title: both('A public folder, the rest private', '公开目录，其余私有'),
    description: both(
      'Everybody can read public/, but only administrators write there. All other files belong to their owners.',
      '所有人可读 public/，只有管理员能写入；其他文件只属于所有者。',
    ),
    text: String.raw`{
  "read": "/^public\\//.test(resource.path) || (auth != null && resource.openid == auth.openid)",
  "write": "auth != null && resource.openid == auth.openid"
}`,
  },
  {
    id: 'moderators',
    title: both('Public pictures with moderators', '公开图片，管理者可删改'),
    description: both(
      'Everybody can read. The owner and the users in the list can replace and delete.',
      '所有人可读；所有者和名单中的用户可以替换和删除。',
    ),
    text: `{
  "read": true,
  "write": "auth != null && (resource.openid == auth.openid || auth.uid in ['uid-of-mia', 'uid-of-tom'])"
}`,
  },
  {
    id: 'team',
    title: both('A folder for a team', '团队共享目录'),
    description: both(
      'The users in the list read and write teams/red/. Everybody can still access their own files.',
      '名单中的用户可以读写 teams/red/，每个人仍可访问自己的文件。',
    ),
    text: String.raw`{
  "read": "auth != null && (resource.openid == auth.openid || (/^teams\\/red\\//.test(resource.path) && auth.openid in ['alice', 'bob']))",
  "write": "auth != null && (resource.openid == auth.openid || (/^teams\\/red\\//.test(resource.path) && auth.openid in ['alice', 'bob']))"
}`,
  },
  {
    id: 'pictures',
    title: both('Own pictures up to 10 MB', '仅限本人图片，不超过 10 MB'),
    description: both(
      'Limited by file extension and by size. Temporary URLs are valid for ten minutes.',
      '按文件扩展名和大小限制；临时链接有效期 10 分钟。',
    ),
    text: String.raw`{
  "read": "auth != null && resource.openid == auth.openid",
  "write": "auth != null && resource.openid == auth.openid && /\\.(jpe?g|png|webp)$/i.test(resource.path) && (resource.size == null || resource.size <= 10485760)",
  "maxAge": 600
}`,
  },
]

/** Templates for collections. */
export const DATABASE_TEMPLATES: readonly RulesTemplate[] = [
  {
    id: 'own',
    title: both('Users access only their own documents', '用户只能访问自己的文档'),
    description: both(
      "Queries must include this condition: where({ _openid: '{openid}' }).",
      "查询时需要带上条件：where({ _openid: '{openid}' })。",
    ),
    text: `{
  "read": "auth != null && doc._openid == auth.openid",
  "create": "auth != null",
  "write": "auth != null && doc._openid == auth.openid"
}`,
  },
  {
    id: 'published',
    title: both('Published documents are public', '已发布的文档公开'),
    description: both(
      'Everybody can read documents with public: true. All others belong to their creators.',
      '所有人可读 public: true 的文档，其余只属于创建者。',
    ),
    text: `{
  "read": "doc.public == true || (auth != null && doc._openid == auth.openid)",
  "create": "auth != null && auth.loginType != 'ANONYMOUS'",
  "write": "auth != null && doc._openid == auth.openid"
}`,
  },
  {
    id: 'members-read',
    title: both('Logged-in users read, creators write', '登录用户可读，仅创建者可写'),
    description: both('Anonymous users can do neither.', '匿名登录两者都不行。'),
    text: `{
  "read": "auth != null && auth.loginType != 'ANONYMOUS'",
  "create": "auth != null && auth.loginType != 'ANONYMOUS'",
  "write": "auth != null && doc._openid == auth.openid"
}`,
  },
  {
    id: 'team',
    title: both('The members of a team', '团队成员'),
    description: both(
      'doc.team is the _id of a document in the collection teams, whose members field is a list of ids.',
      'doc.team 是集合 teams 中文档的 _id，其 members 字段为成员 id 数组。',
    ),
    text: `{
  "read": "auth != null && auth.openid in get('database.teams.' + doc.team).members",
  "create": "auth != null && auth.openid in get('database.teams.' + doc.team).members",
  "write": "auth != null && doc._openid == auth.openid && auth.openid in get('database.teams.' + doc.team).members"
}`,
  },
  {
    id: 'moderators',
    title: both('Creators, and moderators by role', '创建者，以及按角色授权的管理者'),
    description: both(
      'Roles are stored in the collection roles, one document for each user. Only administrators should write there.',
      '角色保存在集合 roles 中，每个用户一个文档；该集合应只允许管理员写入。',
    ),
    text: `{
  "read": "auth != null && (doc._openid == auth.openid || get('database.roles.' + auth.openid).role == 'moderator')",
  "create": "auth != null",
  "write": "auth != null && (doc._openid == auth.openid || get('database.roles.' + auth.openid).role == 'moderator')"
}`,
  },
  {
    id: 'orders',
    title: both('Orders with a fixed total', '金额不可修改的订单'),
    description: both(
      'Users create, read and change their own orders, but not the total. Only administrators delete.',
      '用户可以创建、读取和修改自己的订单，但不能改金额；只有管理员能删除。',
    ),
    text: `{
  "read": "auth != null && doc._openid == auth.openid",
  "create": "auth != null && request.data.total > 0",
  "update": "auth != null && doc._openid == auth.openid && request.data.total == null",
  "delete": false
}`,
  },
]

/** Templates for functions. */
export const FUNCTION_TEMPLATES: readonly RulesTemplate[] = [
  {
    id: 'users',
    title: both('Every login', '所有登录用户'),
    description: both(
      'Logged-in users call all functions, anonymous users too. The default.',
      '登录用户可以调用所有函数，包括匿名登录。默认规则。',
    ),
    text: `{
  "*": { "invoke": "auth != null" }
}`,
  },
  {
    id: 'members',
    title: both('No anonymous users', '不含匿名用户'),
    description: both('Only users with a custom or WeChat login.', '仅限自定义登录和微信登录的用户。'),
    text: `{
  "*": { "invoke": "auth != null && auth.loginType != 'ANONYMOUS'" }
}`,
  },
  {
    id: 'some',
    title: both('Some functions for everybody', '部分函数对所有人开放'),
    description: both(
      'Everybody calls getLoginTicket, logged in or not; the users in the list call report; all others need a login.',
      '任何人都可以调用 getLoginTicket，无需登录；名单中的用户可以调用 report；其他函数需要登录。',
    ),
    text: `{
  "*": { "invoke": "auth != null" },
  "getLoginTicket": { "invoke": true },
  "report": { "invoke": "auth != null && auth.uid in ['uid-of-mia']" }
}`,
  },
]

/** The templates for a kind of rules. */
export function templatesOf(kind: RulesKind): readonly RulesTemplate[] {
  return { storage: STORAGE_TEMPLATES, database: DATABASE_TEMPLATES, functions: FUNCTION_TEMPLATES }[kind]
}
