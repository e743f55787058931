/** Cuts a stream of text into lines, wherever the pieces that arrive end. */
export class LineReader {
  private rest = ''

  /** The lines that this piece completes, without empty ones. */
  push(piece: string): readonly string[] {
    const lines = (this.rest + piece).split('\n')
    this.rest = lines.pop() ?? ''
    return lines.filter((line) => line.trim() !== '')
  }

  /** What is left when the stream has ended: a last line without its line break. */
  end(): readonly string[] {
    const last = this.rest
    this.rest = ''
    return last.trim() === '' ? [] : [last]
  }
}
