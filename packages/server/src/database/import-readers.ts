import {
  CloudsteadError,
  type DocumentObject,
  type DocumentValue,
  decodeEjson,
  isDocumentObject,
  setOwn,
} from '@cloudstead/protocol'
import { checkNames, readCell, readName } from './csv-cells.ts'
import { type DocumentText, linesOf, MAX_DOCUMENT_TEXT } from './document-text.ts'
import { repeatedName, twice, withNested } from './import-names.ts'
import { jsonDocuments } from './json-documents.ts'

/** What the CSV reader finds, by its code. Its own texts are English only. */
const CSV_FAULTS: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: '右引号之后有多余的字符',
  CSV_MAX_RECORD_SIZE: '一行比任何文档都长',
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: '右引号之后有多余的字符',
  CSV_QUOTE_NOT_CLOSED: '引号没有闭合',
  INVALID_OPENING_QUOTE: '单元格中间出现了引号',
}

export type ImportFormat = 'json' | 'jsonl' | 'csv'

/** One document of a file, or the error that it has. */
export interface ImportItem {
  /** The line of the file where it begins, from 1. */
  readonly line: number
  readonly document: DocumentObject | CloudsteadError
}

/**
 * Reads the documents of a file one after the other and holds one at a time. An error in one document does not affect the
 * others. An error after which the beginning of the next document is unknown ends the reading.
 *
 * @param now the server's clock in ms, for server dates
 * @throws CloudsteadError INVALID_PARAM with the line, when the rest cannot be read
 */
export function readDocuments(
  bytes: AsyncIterable<Uint8Array>,
  format: ImportFormat,
  now: number,
): AsyncGenerator<ImportItem> {
  const text = decodeText(bytes)
  switch (format) {
    case 'json':
      return fromTexts(jsonDocuments(text), now)
    case 'jsonl':
      return fromTexts(linesOf(text), now)
    case 'csv':
      return fromCsv(text, now)
  }
}

/** Bytes that are read at once: they can be thousands of CSV rows, which take some tens of milliseconds. */
const PIECE = 8 * 1024

async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of bytes) {
      for (let at = 0; at < chunk.length; at += PIECE) {
        yield decoder.decode(chunk.subarray(at, at + PIECE), { stream: true })
      }
    }
    yield decoder.decode()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'the file is not UTF-8 text: save it as UTF-8',
      zh: '文件不是 UTF-8 文本，请另存为 UTF-8',
    })
  }
}

async function* fromTexts(texts: AsyncIterable<DocumentText>, now: number): AsyncGenerator<ImportItem> {
  for await (const { line, text } of texts) yield { line, document: caught(() => parseDocument(text, now)) }
}

function parseDocument(text: string, now: number): DocumentObject {
  const value = decodeEjson(text, now)
  if (!isDocumentObject(value))
    throw new CloudsteadError('INVALID_PARAM', { en: 'a document must be a JSON object', zh: '文档必须是 JSON 对象' })
  const repeated = repeatedName(text)
  if (repeated !== undefined) throw twice(repeated)
  return withNested(value) as DocumentObject
}

/** The result of a function, or the CloudsteadError that it throws. */
export function caught<T>(work: () => T): T | CloudsteadError {
  try {
    return work()
  } catch (error) {
    if (error instanceof CloudsteadError) return error
    throw error
  }
}

interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

async function* fromCsv(text: AsyncIterable<string>, now: number): AsyncGenerator<ImportItem> {
  let names: readonly string[] | undefined
  for await (const { line, cells } of csvRows(text)) {
    if (names === undefined) {
      names = cells.map(readName)
      checkNames(names)
    } else {
      const columns = names
      yield { line, document: caught(() => rowDocument(columns, cells, now)) }
    }
  }
}

/** The rows that are not empty. Those before a parse error come before the error. */
async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  const { parse } = await import('csv-parse')
  let rows: CsvRow[] = []
  const parser = parse({
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: MAX_DOCUMENT_TEXT,
    // The stream itself would drop its buffered rows when it fails.
    on_record: (cells: readonly string[], { lines }) => {
      const breaks = cells.reduce((count, cell) => count + cell.split(/\r\n|\n|\r/).length - 1, 0)
      rows.push({ line: lines - breaks, cells })
      return null
    },
  })
  // Errors are passed to the callback of `write`.
  parser.on('error', () => {})
  const taken = () => {
    const ready = rows
    rows = []
    return ready
  }
  const failed = (error: Error) => {
    const line = 'lines' in error ? error.lines : undefined
    return new CloudsteadError('INVALID_PARAM', {
      en: line === undefined ? error.message : `line ${line}: ${error.message}`,
      zh: `${line === undefined ? '' : `第 ${line} 行：`}${CSV_FAULTS[(error as NodeJS.ErrnoException).code ?? ''] ?? '不是有效的 CSV'}`,
    })
  }
  try {
    for await (const chunk of text) {
      const error = await new Promise<Error | null | undefined>((resolve) => parser.write(chunk, resolve))
      yield* taken()
      if (error) throw failed(error)
    }
    const error = await new Promise<Error | null | undefined>((resolve) => parser.end(resolve))
    yield* taken()
    if (error) throw failed(error)
  } finally {
    parser.destroy()
  }
}

function rowDocument(names: readonly string[], cells: readonly string[], now: number): DocumentObject {
  if (cells.length !== names.length) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `${cells.length} cells, but the first row has ${names.length} names`,
      zh: `有 ${cells.length} 个单元格，而首行有 ${names.length} 个名称`,
    })
  }
  const document: Record<string, DocumentValue> = {}
  for (const [at, name] of names.entries()) {
    const value = readCell(cells[at] ?? '', now)
    if (value !== undefined) setOwn(document, name, value)
  }
  return withNested(document) as DocumentObject
}
