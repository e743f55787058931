import { CloudsteadError, type DocumentObject, encodeRelaxedEjson } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { writeCell, writeName } from './csv-cells.ts'
import { planQuery } from './planner.ts'
import { type Selection, walkSelection } from './selection.ts'

export type ExportFormat = 'json' | 'jsonl' | 'csv'

/** Columns of a CSV file: spreadsheets have 16,384, and documents with more fields are no table. */
const MAX_COLUMNS = 4096
/** Excel takes a file for UTF-8 only when it begins so. */
const BYTE_ORDER_MARK = '\ufeff'

/**
 * The documents of a selection as the text of a file, piece by piece: a JSON array, an object a line, or CSV with one
 * column for each field that some document has.
 *
 * Each document is as it was at some moment of the export. One that is there all the time is there once; one that is
 * inserted, deleted or changed meanwhile may be there as before or as after. It holds no lock and no copy. Resolves once
 * the columns of a CSV file are known, for which it reads the documents twice; should a field that was not there come up
 * in the second reading, the text ends with an error rather than without that field.
 *
 * @param signal nobody reads any more: ends the text where it is
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

/** The fields of all documents: `_id` first, the others as they come up. */
async function columnsOf(pages: Pages): Promise<ReadonlySet<string>> {
  const names = new Set(['_id'])
  for await (const page of pages) {
    for (const document of page) for (const name of Object.keys(document)) names.add(name)
    if (names.size > MAX_COLUMNS) {
      throw new CloudsteadError('INVALID_PARAM', `more than ${MAX_COLUMNS} different fields: export as JSON instead`)
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
      throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT', `the field '${other}' came up during the export`)
    }
    yield rows(page.map((document) => [...columns].map((name) => writeCell(own(document, name)))))
  }
}

function own(document: DocumentObject, name: string) {
  return Object.hasOwn(document, name) ? document[name] : undefined
}
