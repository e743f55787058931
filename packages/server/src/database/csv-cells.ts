import { CloudsteadError, type DocumentValue, decodeEjsonValue, encodeRelaxedEjson } from '@cloudstead/protocol'

/**
 * How values stand in the cells of a CSV file, so that what was exported comes back the same and people can read and edit
 * it in a spreadsheet:
 * - an empty cell: the document has no such field;
 * - a text: as it is; everything else: Extended JSON, numbers as short as they are;
 * - a text that would be read as something else, or that a spreadsheet would take for a formula, has a `'` before it,
 *   which spreadsheets know as the mark of a text. Reading takes one `'` away;
 * - a text that UTF-8 cannot say (half a character): JSON in quotes.
 */

/** What programs take for the beginning of a formula, also in their wide forms, and what they skip before one. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u
const MARK = "'"

/** The cell of a value; undefined: the document has no such field. */
export function writeCell(value: DocumentValue | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string' || !value.isWellFormed()) return JSON.stringify(encodeRelaxedEjson(value))
  return needsMark(value) ? MARK + value : value
}

/**
 * The value of a cell; undefined: the document has no such field.
 *
 * @param now the server's clock in ms, for server dates
 * @throws CloudsteadError INVALID_PARAM when a cell holds JSON that is no value of documents
 */
export function readCell(cell: string, now: number): DocumentValue | undefined {
  if (cell === '') return undefined
  if (cell.startsWith(MARK)) return cell.slice(MARK.length)
  const json = jsonOf(cell)
  return json === undefined ? cell : decodeEjsonValue(json, now)
}

/** The cell of a name in the first row. */
export function writeName(name: string): string {
  if (!name.isWellFormed()) return JSON.stringify(name)
  return FORMULA.test(name) || name.startsWith(MARK) || readName(name) !== name ? MARK + name : name
}

export function readName(cell: string): string {
  if (cell.startsWith(MARK)) return cell.slice(MARK.length)
  const json = cell.startsWith('"') ? jsonOf(cell) : undefined
  return typeof json === 'string' ? json : cell
}

function needsMark(text: string): boolean {
  if (text === '' || text.startsWith(MARK) || FORMULA.test(text)) return true
  return jsonOf(text) !== undefined
}

/**
 * The JSON that a cell holds; undefined for a text. A number is one only as the export writes it: `007` and the 20
 * digits of an order number are texts, which as numbers would lose digits.
 */
function jsonOf(cell: string): unknown {
  if (!/^["[{\-\dtfn]/.test(cell)) return undefined
  try {
    const json: unknown = JSON.parse(cell)
    if (typeof json === 'string') return json.isWellFormed() ? undefined : json
    return typeof json !== 'number' || String(json) === cell ? json : undefined
  } catch {
    return undefined
  }
}

/** @throws CloudsteadError INVALID_PARAM unless names of a first row can be those of fields */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const [at, name] of names.entries()) {
    if (name === '') throw new CloudsteadError('INVALID_PARAM', `column ${at + 1} has no name in the first row`)
    if (seen.has(name)) throw new CloudsteadError('INVALID_PARAM', `two columns are named '${name}'`)
    seen.add(name)
  }
}
