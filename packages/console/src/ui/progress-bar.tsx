import './progress-bar.css'

interface ProgressBarProps {
  /** The name for screen readers. */
  readonly label: string
  readonly value: number
  /** Undefined if the total is unknown. */
  readonly max?: number | undefined
}

/** The progress of running work. */
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
