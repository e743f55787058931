import { CopyButton } from '../../ui/copy-button.tsx'
import './keys.css'

export interface CodeLinesProps {
  readonly code: string
  /** What the lines are; read aloud. */
  readonly label: string
  readonly copyLabel: string
}

/** Lines of a program, with a button that copies them. */
export function CodeLines({ code, label, copyLabel }: CodeLinesProps) {
  return (
    <div class="code-lines">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {code}
      </pre>
      <CopyButton text={code} label={copyLabel} />
    </div>
  )
}
