import { CopyButton } from './copy-button.tsx'
import './code-block.css'

export interface CodeBlockProps {
  /** What it is; read aloud. */
  readonly label: string
  readonly code: string
  /** What the button copies. */
  readonly copyLabel: string
}

/** Lines to paste somewhere, with a button that copies them. */
export function CodeBlock({ label, code, copyLabel }: CodeBlockProps) {
  return (
    <div class="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <div class="code-block-text" role="group" tabIndex={0} aria-label={label}>
        <pre>{code}</pre>
      </div>
      <span class="code-block-copy">
        <CopyButton text={code} label={copyLabel} />
      </span>
    </div>
  )
}
