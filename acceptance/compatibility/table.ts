/** `docs/compatibility.md` and its Chinese version, made from the declarations and the expected outcomes. */
import { join } from 'node:path'
import { type Build, type Column, MODES, SDKS } from './columns.ts'
import { declaredCalls } from './declarations.ts'
import { LIMITS, type Limit, limitsOf, NO_BUILD, NOT_YET, outcomeOf } from './outcomes.ts'
import { PROBES } from './run-column.ts'

type Language = 'en' | 'zh'

const DOCS = join(import.meta.dirname, '../../docs')

/** The pages and where they are. */
export const PAGES: readonly { readonly language: Language; readonly file: string }[] = [
  { language: 'en', file: join(DOCS, 'compatibility.md') },
  { language: 'zh', file: join(DOCS, 'compatibility.zh-CN.md') },
]

/** Rows that no declaration has: one call in another situation. */
const OTHER_ROWS = [
  'app.uploadFile that is refused',
  'app.downloadFile that is refused',
  'collection.add that is refused',
  'query.get that is refused',
  'doc.get of a missing document',
]

/** Every row: the declared calls, and the others behind the call that they are about. */
function rowsOf(): readonly string[] {
  return declaredCalls().flatMap((row) => [row, ...OTHER_ROWS.filter((other) => other.startsWith(`${row} `))])
}

/** Rows without an outcome, and outcomes without a row: both are mistakes. */
export function strayRows(): readonly string[] {
  const rows = rowsOf()
  const known = [...Object.keys(PROBES), ...NOT_YET]
  return [
    ...rows.filter((row) => Object.hasOwn(PROBES, row) === NOT_YET.has(row)),
    ...known.filter((row) => !rows.includes(row)),
  ]
}

const BUILDS: readonly Build[] = ['wechat', 'adapter', 'web', 'node']

const TEXTS = {
  en: {
    title: 'Compatibility',
    other: '[中文](compatibility.zh-CN.md)',
    intro: [
      'Every public call of `@cloudbase/js-sdk`, read from the type declarations of 3.7.0, tried with the unmodified SDK against a running server: in a Mini Program with the built-in and with a separate adapter, in Chromium from another origin, and in Node, each in the modes `CLOUD_API` and `GATEWAY`.',
      'This page is made by `node acceptance/compatibility/write.ts`. The tests `acceptance/*compatibility*.test.ts` fail when the page or an outcome is stale.',
    ],
    marks:
      'Marks: ✓ works in all builds and both modes, ✗ the SDK cannot do it, – not in this server yet. A number leads to the exception, and the tests show it.',
    call: 'Call',
    notes: 'Exceptions',
    summary: (works: number, all: number) => `${works} of ${all} calls work.`,
  },
  zh: {
    title: '兼容性',
    other: '[English](compatibility.md)',
    intro: [
      '`@cloudbase/js-sdk` 的全部公开方法（取自 3.7.0 的类型声明），均以未修改的 SDK 对运行中的服务器实测：小程序（内置适配器与单独的适配器）、Chromium（跨域）和 Node，每种都分别使用 `CLOUD_API` 与 `GATEWAY` 两种模式。',
      '本页由 `node acceptance/compatibility/write.ts` 生成。页面或结果过期时，测试 `acceptance/*compatibility*.test.ts` 会失败。',
    ],
    marks: '标记：✓ 在所有构建和两种模式下可用；✗ SDK 本身做不到；– 服务器暂不支持。数字指向例外说明，由测试证明。',
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

export function renderTable(language: Language): string {
  const text = TEXTS[language]
  const rows = rowsOf()
  const anchor = text.notes.toLowerCase()
  const used: Limit[] = [NO_BUILD]
  const heads = SDKS.map((sdk) => (columnsWith(sdk).some(NO_BUILD.where) ? `${sdk} [1](#${anchor})` : sdk))
  const areas = [...new Set(rows.map(areaOf))].map((area) => {
    const lines = rows
      .filter((row) => areaOf(row) === area)
      .map((row) => {
        const cells = SDKS.map((sdk) => cell(row, columnsWith(sdk), used, anchor))
        return `| \`${row.slice(area.length + 1).split(' ')[0]}\`${row
          .split(' ')
          .slice(1)
          .map((word) => ` ${word}`)
          .join('')} | ${cells.join(' | ')} |`
      })
    return [
      `## \`${OBJECTS[area]}\``,
      '',
      `| ${text.call} | ${heads.join(' | ')} |`,
      `|---|${SDKS.map(() => '---|').join('')}`,
      ...lines,
      '',
    ].join('\n')
  })
  const works = rows.filter((row) => Object.hasOwn(PROBES, row)).length
  const notes = used.map((limit, at) => `${at + 1}. ${limit[language]}`)
  return [
    `# ${text.title}`,
    '',
    text.other,
    '',
    ...text.intro.flatMap((line) => [line, '']),
    text.marks,
    '',
    text.summary(works, rows.length),
    '',
    ...areas,
    `## ${text.notes}`,
    '',
    ...notes,
    '',
  ].join('\n')
}

function areaOf(row: string): string {
  return row.slice(0, row.indexOf('.'))
}

function columnsWith(sdk: Column['sdk']): readonly Column[] {
  return BUILDS.flatMap((build) => MODES.map((mode) => ({ sdk, build, mode })))
}

/** One mark for all builds and modes of a version, with the numbers of the exceptions. */
function cell(row: string, columns: readonly Column[], used: Limit[], anchor: string): string {
  const outcomes = new Set(columns.map((column) => outcomeOf(row, column)))
  if (outcomes.has('not yet')) return '–'
  const others = LIMITS.filter((limit) => limit !== NO_BUILD)
  const limits = others.filter((limit) => columns.some((column) => limitsOf(row, column).includes(limit)))
  for (const limit of limits) if (!used.includes(limit)) used.push(limit)
  const numbers = limits.map((limit) => ` [${used.indexOf(limit) + 1}](#${anchor})`).join('')
  return `${outcomes.has('works') ? '✓' : '✗'}${numbers}`
}
