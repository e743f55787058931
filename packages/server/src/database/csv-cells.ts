import { CloudsteadError, type DocumentValue, decodeEjsonValue, encodeRelaxedEjson } from '@cloudstead/protocol'

/**
 * The format of values in the cells of a CSV file. An export can be imported without loss, and people can read and edit
 * it in a spreadsheet:
 * - an empty cell: the document does not have the field;
 * - a string: as it is; every other value: relaxed Extended JSON;
 * - a string that would be read as another value, or that a spreadsheet would take for a formula, has a `'` before it,
 *   with which spreadsheets mark text. An import removes one `'`;
 * - a string that UTF-8 cannot encode (a lone surrogate): a JSON string.
 */

/** First characters of a formula, also in their full-width forms, and white space that programs skip before one. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u
const MARK = "'"

/** The cell of a value; undefined for a missing field. */
export function writeCell(value: DocumentValue | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string' || !value.isWellFormed()) return JSON.stringify(encodeRelaxedEjson(value))
  return needsMark(value) ? MARK + value : value
}

/**
 * The value of a cell; undefined for a missing field.
 *
 * @param now the server's clock in ms, for server dates
 * @throws CloudsteadError INVALID_PARAM when a cell has JSON that is not a valid value
 */
export function readCell(cell: string, now: number): DocumentValue | undefined {
  if (cell === '') return undefined
  if (cell.startsWith(MARK)) return cell.slice(MARK.length)
  const json = jsonOf(cell)
  return json === undefined ? cell : decodeEjsonValue(json, now)
}

/** The cell of a field name, in the first row. */
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
 * The JSON value of a cell; undefined for a string. A number counts as one only in the form of the export: `007` and an
 * order number of 20 digits are strings, since a number would lose digits.
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

/** @throws CloudsteadError INVALID_PARAM unless the names of the first row are present and distinct */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const [at, name] of names.entries()) {
    if (name === '')
      throw new CloudsteadError('INVALID_PARAM', {
        en: `column ${at + 1} has no name in the first row`,
        zh: `第 ${at + 1} 列在首行没有名称`,
      })
    if (seen.has(name))
      throw new CloudsteadError('INVALID_PARAM', {
        en: `two columns are named '${name}'`,
        zh: `有两列都名为 '${name}'`,
      })
    seen.add(name)
  }
  for (const name of names) {
    const within = parentsOf(name).find((parent) => seen.has(parent))
    if (within === undefined) continue
    throw new CloudsteadError('INVALID_PARAM', {
      en: `the columns '${within}' and '${name}' are about the same field`,
      zh: `列 '${within}' 和 '${name}' 对应同一个字段`,
    })
  }
}

/** The beginnings of a dotted name: `a` and `a.b` for `a.b.c`. */
function parentsOf(name: string): readonly string[] {
  const parts = name.split('.')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('.'))
}
