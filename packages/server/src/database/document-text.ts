import { CloudsteadError } from '@cloudstead/protocol'

/** The part of a file that should be one document. */
export interface DocumentText {
  /** The line where it begins, from 1. */
  readonly line: number
  readonly text: string
}

/**
 * Characters of the text of one document, which is held in memory as a whole. A document has at most 16 MB; its text can
 * be longer, but not by this much.
 */
export const MAX_DOCUMENT_TEXT = 32 * 1024 * 1024

/** The error for text that is longer than any document. */
export function tooLong(line: number): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: `line ${line} is longer than any document: is this the right format?`,
    zh: `第 ${line} 行比任何文档都长，格式是否选错？`,
  })
}

/**
 * The lines of a text that are not empty, as they arrive.
 *
 * @throws CloudsteadError INVALID_PARAM when a line is longer than any document
 */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<DocumentText> {
  let line = 1
  // Parts of the current line. They are joined once: a long line has many.
  let begun: string[] = []
  let length = 0
  for await (const chunk of text) {
    const [first = '', ...others] = chunk.split('\n')
    begun.push(first)
    length += first.length
    for (const other of others) {
      const whole = begun.join('')
      if (whole.trim() !== '') yield { line, text: whole }
      line += 1
      begun = [other]
      length = other.length
    }
    if (length > MAX_DOCUMENT_TEXT) throw tooLong(line)
  }
  const last = begun.join('')
  if (last.trim() !== '') yield { line, text: last }
}
