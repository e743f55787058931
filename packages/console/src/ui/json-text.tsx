import { jsonTokens } from './json-tokens.ts'
import './json-text.css'

export interface JsonTextProps {
  /** A text is shown as it is, anything else as indented JSON. */
  readonly value: unknown
  /** Read aloud. */
  readonly label?: string | undefined
}

/** Characters beyond which colours would cost more than they help. */
const MAX_COLOURED = 100_000

/** JSON to read, lightly coloured. */
export function JsonText({ value, label }: JsonTextProps) {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <div class="json-text" role="group" tabIndex={0} aria-label={label}>
      <pre>
        {text.length > MAX_COLOURED
          ? text
          : jsonTokens(text).map(({ kind, text: piece }, index) =>
              kind === 'plain' ? (
                piece
              ) : (
                <span key={index} class={`json-${kind}`}>
                  {piece}
                </span>
              ),
            )}
      </pre>
    </div>
  )
}
