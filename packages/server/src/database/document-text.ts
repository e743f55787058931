import { CloudsteadError } from '@cloudstead/protocol'

/** A piece of a file that should be the text of a document. */
export interface DocumentText {
  /** The line in which it begins, from 1. */
  readonly line: number
  readonly text: string
}

/**
 * Characters of one document as text. A document has 16 MB at most; its text can take more, but what is longer than this
 * is none, and would have to be held as a whole.
 */
export const MAX_DOCUMENT_TEXT = 32 * 1024 * 1024

/** What ends reading at a line that is longer than any document. */
export function tooLong(line: number): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', `line ${line}: longer than any document; is this the right format?`)
}

/**
 * The lines of a text that are not empty, as it arrives.
 *
 * @throws CloudsteadError INVALID_PARAM when one is longer than any document
 */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<DocumentText> {
  let line = 1
  // Pieces of a line that goes on: joined once, since a long one has many.
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
