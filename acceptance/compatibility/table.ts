/** `docs/compatibility.md` and its Chinese version, made from the declarations and the expected outcomes. */
import { join } from 'node:path'
import { type Build, type Column, MODES, SDKS } from './columns.ts'
import { type Expectations, type Limit, limitsOf, outcomeOf, rowsOf } from './expectations.ts'
import { CLIENT_CALLS, NO_BUILD } from './outcomes.ts'
import { SERVER_COLUMNS, type ServerColumn } from './server-columns.ts'
import { SERVER_CALLS } from './server-outcomes.ts'

type Language = 'en' | 'zh'

const DOCS = join(import.meta.dirname, '../../docs')

/** The pages and where they are. */
export const PAGES: readonly { readonly language: Language; readonly file: string }[] = [
  { language: 'en', file: join(DOCS, 'compatibility.md') },
  { language: 'zh', file: join(DOCS, 'compatibility.zh-CN.md') },
]

const BUILDS: readonly Build[] = ['wechat', 'adapter', 'web', 'node']

const TEXTS = {
  en: {
    title: 'Compatibility',
    other: '[中文](compatibility.zh-CN.md)',
    intro: [
      'Every public call of the official SDKs, read from their type declarations, tried with the unmodified SDKs against a running server.',
      'This page is made by `node acceptance/compatibility/write.ts`. The tests `acceptance/*compatibility*.test.ts` fail when the page or an outcome is stale.',
      'Marks: ✓ works in all situations of the column, ✗ the SDK cannot do it, – not in this server yet. A number leads to the exception, and the tests show it.',
    ],
    client: {
      title: 'In apps: `@cloudbase/js-sdk`',
      about:
        'The calls of 3.7.0 and of its database. Each column is a version: in a Mini Program with the built-in and with a separate adapter, in Chromium from another origin, and in Node, each in the modes `CLOUD_API` and `GATEWAY`.',
    },
    server: {
      title: 'On servers: `@cloudbase/node-sdk` and `wx-server-sdk`',
      about:
        'The calls of node-sdk 3.18.3 and of its database, as administrator. Only [environment variables](moving.md#keys-for-your-server) direct each SDK to the server. "signature" means requests signed with the secret key (TC3-HMAC-SHA256), "key" the API key. "In a function" means code in a cloud function on the server, which has neither a key nor the id of the environment: `init` gets the constant of the SDK for the current one. The results of `wx-server-sdk` have shapes of their own.',
      by: { signature: 'signature', key: 'key', function: 'in a function' },
    },
    call: 'Call',
    notes: 'Exceptions',
    summary: (works: number, all: number) => `${works} of ${all} calls work.`,
  },
  zh: {
    title: '兼容性',
    other: '[English](compatibility.md)',
    intro: [
      '官方 SDK 的全部公开方法（取自其类型声明），均以未修改的 SDK 对运行中的服务器实测。',
      '本页由 `node acceptance/compatibility/write.ts` 生成。页面或结果过期时，测试 `acceptance/*compatibility*.test.ts` 会失败。',
      '标记：✓ 在该列的所有情形下可用；✗ SDK 本身做不到；– 服务器暂不支持。数字指向例外说明，由测试证明。',
    ],
    client: {
      title: '应用端：`@cloudbase/js-sdk`',
      about:
        '3.7.0 及其数据库的方法。每列是一个版本：小程序（内置适配器与单独的适配器）、Chromium（跨域）和 Node，每种都分别使用 `CLOUD_API` 与 `GATEWAY` 两种模式。',
    },
    server: {
      title: '服务端：`@cloudbase/node-sdk` 与 `wx-server-sdk`',
      about:
        'node-sdk 3.18.3 及其数据库的方法，以管理员身份调用。各 SDK 仅通过[环境变量](moving.zh-CN.md#服务器的密钥)指向服务器。“签名”指用 secretKey 签名的请求（TC3-HMAC-SHA256），“密钥”指 API 密钥，“云函数中”指服务器上云函数里的代码：既没有密钥也没有环境 ID，`init` 使用 SDK 中表示当前环境的常量。`wx-server-sdk` 的返回结构与此不同。',
      by: { signature: '签名', key: '密钥', function: '云函数中' },
    },
    call: '方法',
    notes: '例外',
    summary: (works: number, all: number) => `${all} 个方法中 ${works} 个可用。`,
  },
} as const

/** Titles of the areas: how the object of the calls is written. */
const OBJECTS: Readonly<Record<string, string>> = {
  app: 'app',
  storage: 'app.storage',
  bucket: 'app.storage.from()',
  objects: 'app.storage.from(bucketId)',
  db: 'app.database()',
  collection: 'db.collection(name)',
  query: 'db.collection(name).where(query)',
  doc: 'db.collection(name).doc(id)',
  command: 'db.command',
  geo: 'db.Geo',
  aggregate: 'db.collection(name).aggregate()',
  transaction: 'transaction',
  auth: 'app.auth()',
}

/** A table: columns with a common head have one mark. */
interface Section<C> {
  readonly title: string
  readonly about: string
  readonly calls: Expectations<C>
  readonly groups: readonly { readonly head: string; readonly columns: readonly C[] }[]
  /** A limit of whole columns, which is noted in the heads and not in each cell. */
  readonly ofHeads?: Limit<C>
}

/** An exception that a mark leads to. */
type Note = Readonly<Record<Language, string>>

/** The exceptions of the page, which both tables number. */
class Notes {
  readonly #used: Note[] = []
  readonly #anchor: string

  constructor(anchor: string) {
    this.#anchor = anchor
  }

  /** The link to an exception, which gets the next number when it is new. */
  link(note: Note): string {
    if (!this.#used.includes(note)) this.#used.push(note)
    return ` [${this.#used.indexOf(note) + 1}](#${this.#anchor})`
  }

  lines(language: Language): readonly string[] {
    return this.#used.map((note, at) => `${at + 1}. ${note[language]}`)
  }
}

export function renderTable(language: Language): string {
  const text = TEXTS[language]
  const notes = new Notes(text.notes.toLowerCase())
  const client: Section<Column> = {
    ...text.client,
    calls: CLIENT_CALLS,
    groups: SDKS.map((sdk) => ({
      head: sdk,
      columns: BUILDS.flatMap((build) => MODES.map((mode) => ({ sdk, build, mode }))),
    })),
    ofHeads: NO_BUILD,
  }
  const server: Section<ServerColumn> = {
    ...text.server,
    calls: SERVER_CALLS,
    groups: SERVER_COLUMNS.map((column) => ({
      head: `${column.version}, ${text.server.by[column.by]}`,
      columns: [column],
    })),
  }
  return [
    `# ${text.title}`,
    '',
    text.other,
    '',
    ...text.intro.flatMap((line) => [line, '']),
    ...renderSection(client, language, notes),
    ...renderSection(server, language, notes),
    `## ${text.notes}`,
    '',
    ...notes.lines(language),
    '',
  ].join('\n')
}

function renderSection<C>(section: Section<C>, language: Language, notes: Notes): readonly string[] {
  const { title, about, calls, groups, ofHeads } = section
  const text = TEXTS[language]
  const rows = rowsOf(calls)
  const heads = groups.map(({ head, columns }) =>
    ofHeads && columns.some(ofHeads.where) ? head + notes.link(ofHeads) : head,
  )
  const areas = [...new Set(rows.map(areaOf))].flatMap((area) => [
    `### \`${OBJECTS[area]}\``,
    '',
    `| ${text.call} | ${heads.join(' | ')} |`,
    `|---|${groups.map(() => '---|').join('')}`,
    ...rows
      .filter((row) => areaOf(row) === area)
      .map(
        (row) =>
          `| ${nameOf(row, language)} | ${groups.map(({ columns }) => cell(section, row, columns, notes)).join(' | ')} |`,
      ),
    '',
  ])
  const works = rows.filter((row) => calls.probed.includes(row)).length
  return [`## ${title}`, '', about, '', text.summary(works, rows.length), '', ...areas]
}

function areaOf(row: string): string {
  return row.slice(0, row.indexOf('.'))
}

const SITUATIONS_ZH: Readonly<Record<string, string>> = {
  'that is refused': '（被拒绝时）',
  'that fails': '（函数出错时）',
  'of a missing document': '（文档不存在时）',
}

/** `get` of a missing document. */
function nameOf(row: string, language: Language): string {
  const [call, ...words] = row.slice(areaOf(row).length + 1).split(' ')
  if (words.length === 0) return `\`${call}\``
  const situation = words.join(' ')
  if (language === 'en') return `\`${call}\` ${situation}`
  const translated = SITUATIONS_ZH[situation]
  if (translated === undefined) throw new Error(`no Chinese for: ${situation}`)
  return `\`${call}\`${translated}`
}

/** One mark for all columns of a group, with the numbers of the exceptions. */
function cell<C>({ calls, ofHeads }: Section<C>, row: string, columns: readonly C[], notes: Notes): string {
  const outcomes = new Set(columns.map((column) => outcomeOf(calls, row, column)))
  if (outcomes.has('not yet')) return '–'
  const limits = calls.limits.filter(
    (limit) => limit !== ofHeads && columns.some((column) => limitsOf(calls, row, column).includes(limit)),
  )
  return `${outcomes.has('works') ? '✓' : '✗'}${limits.map((limit) => notes.link(limit)).join('')}`
}
