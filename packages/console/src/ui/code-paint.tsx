import { Component, type RefObject } from 'preact'
import { classes } from './classes.ts'
import type { PaintedLine } from './code-marks.ts'

interface PaintProps {
  readonly lines: readonly PaintedLine[]
  readonly box: RefObject<HTMLDivElement | null>
}

/** The coloured text behind the field, with line numbers. Hidden from screen readers, which read the field. */
export function CodePaint({ lines, box }: PaintProps) {
  return (
    <div ref={box} class="code-paint" aria-hidden="true">
      {lines.map((line, index) => (
        <Line key={index} line={line} />
      ))}
    </div>
  )
}

/** Renders again only if it looks different: typing changes one line of many. */
class Line extends Component<{ readonly line: PaintedLine }> {
  override shouldComponentUpdate({ line }: { readonly line: PaintedLine }) {
    const now = this.props.line
    if (line.severity !== now.severity || line.pieces.length !== now.pieces.length) return true
    return line.pieces.some((piece, index) => {
      const before = now.pieces[index]
      return (
        before?.text !== piece.text ||
        before.colour !== piece.colour ||
        before.diagnostic !== piece.diagnostic ||
        before.bracket !== piece.bracket
      )
    })
  }

  override render() {
    const { pieces, severity } = this.props.line
    return (
      <div class={classes('code-line', severity && `has-${severity}`)}>
        {pieces.map(({ text, colour, diagnostic, bracket }, index) => {
          const name = classes(
            colour && `syntax-${colour}`,
            diagnostic !== undefined && 'code-mark',
            bracket && 'code-bracket',
          )
          return name === '' ? (
            text
          ) : (
            <span key={index} class={name} data-diagnostic={diagnostic}>
              {text}
            </span>
          )
        })}
        {'\n'}
      </div>
    )
  }
}
