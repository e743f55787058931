import './progress-bar.css'

export interface ProgressBarProps {
  /** What goes on; read aloud. */
  readonly label: string
  readonly value: number
  /** Undefined: nobody knows how much there is. */
  readonly max?: number | undefined
}

/** How far something has come. */
export function ProgressBar({ label, value, max }: ProgressBarProps) {
  const share = max === undefined || max === 0 ? undefined : Math.min(1, value / max)
  return (
    <div
      class={share === undefined ? 'progress is-unknown' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={share === undefined ? undefined : 100}
      aria-valuenow={share === undefined ? undefined : Math.floor(share * 100)}
    >
      <div class="progress-fill" style={share === undefined ? {} : { transform: `scaleX(${share})` }} />
    </div>
  )
}
