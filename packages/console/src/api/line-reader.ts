/** Splits a stream of text into lines. The pieces may end anywhere. */
export class LineReader {
  #rest = ''

  /** The lines that this piece completes. Empty lines are dropped. */
  push(piece: string): readonly string[] {
    const lines = (this.#rest + piece).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.filter((line) => line.trim() !== '')
  }

  /** The last line, if the stream ended without a line break. */
  end(): readonly string[] {
    const last = this.#rest
    this.#rest = ''
    return last.trim() === '' ? [] : [last]
  }
}
