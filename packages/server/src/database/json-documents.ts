import { CloudsteadError } from '@cloudstead/protocol'
import { type DocumentText, MAX_DOCUMENT_TEXT, tooLong } from './document-text.ts'

/** The position in the file: before the first document, between two, within one, or after the end of the array. */
type State = 'start' | 'between' | 'document' | 'end'

const isSpace = (char: string) => char === ' ' || char === '\n' || char === '\r' || char === '\t'

/**
 * Splits a JSON array into the texts of its elements as it arrives. Also accepts documents one after the other without an
 * array, as some programs export them.
 *
 * @throws CloudsteadError INVALID_PARAM with the line
 */
export async function* jsonDocuments(text: AsyncIterable<string>): AsyncGenerator<DocumentText> {
  const splitter = new DocumentSplitter()
  for await (const chunk of text) yield* splitter.add(chunk)
  splitter.end()
}

class DocumentSplitter {
  #state: State = 'start'
  #isArray = false
  #line = 1
  /** Where the current document begins. */
  #startLine = 1
  #text = ''
  #depth = 0
  #inText = false
  #escaped = false

  /** @throws CloudsteadError INVALID_PARAM when the file ends within the documents */
  end(): void {
    if (this.#state === 'start' || this.#state === 'end' || (this.#state === 'between' && !this.#isArray)) return
    const line = this.#state === 'document' ? this.#startLine : this.#line
    throw new CloudsteadError('INVALID_PARAM', {
      en: `line ${line}: the file ends in the middle of its documents`,
      zh: `第 ${line} 行：文件在文档中间结束`,
    })
  }

  *add(chunk: string): Generator<DocumentText> {
    let start = 0
    for (let at = 0; at < chunk.length; at += 1) {
      const char = chunk[at] ?? ''
      if (this.#state === 'document') {
        if (this.#ends(char)) {
          yield { line: this.#startLine, text: this.#text + chunk.slice(start, at + 1) }
          this.#text = ''
          this.#state = 'between'
        }
      } else if (char === '{') {
        if (this.#state === 'end') throw this.#unexpected(char)
        this.#state = 'document'
        this.#startLine = this.#line
        this.#depth = 1
        start = at
      } else this.#punctuation(char)
      if (char === '\n') this.#line += 1
    }
    if (this.#state !== 'document') return
    this.#text += chunk.slice(start)
    if (this.#text.length > MAX_DOCUMENT_TEXT) throw tooLong(this.#startLine)
  }

  /** Whether a character is the last one of the current document. */
  #ends(char: string): boolean {
    if (this.#inText) {
      if (this.#escaped) this.#escaped = false
      else if (char === '\\') this.#escaped = true
      else if (char === '"') this.#inText = false
    } else if (char === '"') this.#inText = true
    else if (char === '{' || char === '[') this.#depth += 1
    else if (char === '}' || char === ']') this.#depth -= 1
    return this.#depth === 0
  }

  #punctuation(char: string): void {
    if (isSpace(char)) return
    if (char === '[' && this.#state === 'start') {
      this.#isArray = true
      this.#state = 'between'
    } else if (char === ']' && this.#isArray && this.#state === 'between') this.#state = 'end'
    else if (char !== ',' || this.#state !== 'between') throw this.#unexpected(char)
  }

  #unexpected(char: string): CloudsteadError {
    const found = JSON.stringify(char)
    return new CloudsteadError('INVALID_PARAM', {
      en: `line ${this.#line}: unexpected ${found}, documents are objects in { }`,
      zh: `第 ${this.#line} 行：意外的 ${found}，文档是 { } 中的对象`,
    })
  }
}
