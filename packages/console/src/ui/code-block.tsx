import { CopyButton } from './copy-button.tsx'
import './code-block.css'

interface CodeBlockProps {
  /** The name for screen readers. */
  readonly label: string
  readonly code: string
  /** The name of the copy button. */
  readonly copyLabel: string
}

/** Code to copy, with a button that copies it. */
export function CodeBlock({ label, code, copyLabel }: CodeBlockProps) {
  return (
    <div class="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard */}
      <div class="code-block-text" role="group" tabIndex={0} aria-label={label}>
        <pre>{code}</pre>
      </div>
      <span class="code-block-copy">
        <CopyButton text={code} label={copyLabel} />
      </span>
    </div>
  )
}
