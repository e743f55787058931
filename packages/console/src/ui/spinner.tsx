import { texts } from '../i18n/texts.ts'
import './spinner.css'

const t = texts({ en: { loading: 'Loading' }, zh: { loading: '加载中' } })

export interface SpinnerProps {
  /** Pixels; 16 unless told. */
  readonly size?: number | undefined
  /** What is being waited for; "Loading" unless told. Empty: something beside it says so. */
  readonly label?: string | undefined
  /** In the middle of a place of its own, for pages and panels that load. */
  readonly block?: boolean | undefined
}

/** Something is being waited for. Appears after a moment, so that quick answers do not flicker. */
export function Spinner({ size = 16, label = t.loading, block }: SpinnerProps) {
  const ring = (
    <span
      class="spinner"
      style={{ width: `${size}px`, height: `${size}px` }}
      role={label === '' ? undefined : 'status'}
    >
      {label !== '' && <span class="only-read">{label}</span>}
    </span>
  )
  return block ? <div class="spinner-block">{ring}</div> : ring
}
