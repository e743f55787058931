import { jsonTokens } from './json-tokens.ts'
import './json-text.css'
import './syntax.css'

interface JsonTextProps {
  /** A string is shown as it is, anything else as indented JSON. */
  readonly value: unknown
  /** The name for screen readers. */
  readonly label?: string | undefined
}

/** Characters. Longer texts are shown without colours, which would take too long. */
const MAX_COLOURED = 100_000

/** JSON with syntax colours. */
export function JsonText({ value, label }: JsonTextProps) {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard
    <div class="json-text" role="group" tabIndex={0} aria-label={label}>
      <pre>
        {text.length > MAX_COLOURED
          ? text
          : jsonTokens(text).map(({ kind, text: piece }, index) =>
              kind === 'plain' ? (
                piece
              ) : (
                <span key={index} class={`syntax-${kind}`}>
                  {piece}
                </span>
              ),
            )}
      </pre>
    </div>
  )
}
