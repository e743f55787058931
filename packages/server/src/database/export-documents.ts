import { CloudsteadError, type DocumentObject, encodeRelaxedEjson } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { writeCell, writeName } from './csv-cells.ts'
import { own } from './paths.ts'
import { planQuery } from './planner.ts'
import { type Selection, walkSelection } from './selection.ts'

export type ExportFormat = 'json' | 'jsonl' | 'csv'

/** Columns of a CSV file. Spreadsheets have 16,384; documents with more fields do not fit a table. */
const MAX_COLUMNS = 4096
/** Excel reads a file as UTF-8 only when it begins with this. */
const BYTE_ORDER_MARK = '\ufeff'

/**
 * The documents of a selection as the text of a file, in chunks: a JSON array, one JSON object per line, or CSV with one
 * column for each field that some document has.
 *
 * A document that does not change during the export is in it exactly once. One that is inserted, deleted or changed
 * meanwhile may be in its old or its new state. The export takes no lock and no snapshot. For CSV it reads the documents
 * twice, and resolves once it knows the columns. When the second pass finds a field that the first did not, the text ends
 * with an error.
 *
 * @param signal ends the text early, for a reader that has gone
 * @throws CloudsteadError INVALID_PARAM when the documents have too many fields for CSV
 */
export async function exportText(
  records: Records,
  selection: Selection,
  format: ExportFormat,
  signal?: AbortSignal,
): Promise<AsyncGenerator<string>> {
  const pages = () => documents(records, selection, signal)
  switch (format) {
    case 'json':
      return jsonArray(pages())
    case 'jsonl':
      return jsonLines(pages())
    case 'csv':
      return csv(pages(), await columnsOf(pages()))
  }
}

type Pages = AsyncIterable<readonly DocumentObject[]>

async function* documents(records: Records, selection: Selection, signal: AbortSignal | undefined): Pages {
  const plan = planQuery(selection.query, [], selection.collection.usable)
  for await (const page of walkSelection(records, selection, plan, ({ document }) => document)) {
    if (signal?.aborted) return
    if (page.length > 0) yield page
  }
}

const toText = (document: DocumentObject) => JSON.stringify(encodeRelaxedEjson(document))

async function* jsonArray(pages: Pages): AsyncGenerator<string> {
  let before = '[\n'
  for await (const page of pages) {
    yield before + page.map(toText).join(',\n')
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

async function* jsonLines(pages: Pages): AsyncGenerator<string> {
  for await (const page of pages) yield `${page.map(toText).join('\n')}\n`
}

/** The fields of all documents: `_id` first, the others in the order in which they are found. */
async function columnsOf(pages: Pages): Promise<ReadonlySet<string>> {
  const names = new Set(['_id'])
  for await (const page of pages) {
    for (const document of page) for (const name of Object.keys(document)) names.add(name)
    if (names.size > MAX_COLUMNS) {
      throw new CloudsteadError('INVALID_PARAM', {
        en: `the documents have more than ${MAX_COLUMNS} different fields: export as JSON instead`,
        zh: `文档的不同字段超过 ${MAX_COLUMNS} 个，请改用 JSON 导出`,
      })
    }
  }
  return names
}

async function* csv(pages: Pages, columns: ReadonlySet<string>): AsyncGenerator<string> {
  const { stringify } = await import('csv-stringify/sync')
  const rows = (cells: string[][]) => stringify(cells, { record_delimiter: '\r\n', quoted_match: /[\r\n]|^\s|\s$/ })
  yield BYTE_ORDER_MARK + rows([[...columns].map(writeName)])
  for await (const page of pages) {
    for (const document of page) {
      const other = Object.keys(document).find((name) => !columns.has(name))
      if (other === undefined) continue
      throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT', {
        en: `the field '${other}' was added during the export`,
        zh: `导出期间新增了字段 '${other}'`,
      })
    }
    yield rows(page.map((document) => [...columns].map((name) => writeCell(own(document, name)))))
  }
}
