import { texts } from '../i18n/texts.ts'
import './spinner.css'

const t = texts({ en: { loading: 'Loading' }, zh: { loading: '加载中' } })

interface SpinnerProps {
  /** The text for screen readers. Default: "Loading". Empty if there is a text beside the spinner. */
  readonly label?: string | undefined
  /** In the middle of its own area, for pages and panels. */
  readonly block?: boolean | undefined
}

/** Shows that something is loading. It appears after a moment, so that quick answers do not flicker. */
export function Spinner({ label = t.loading, block }: SpinnerProps) {
  const ring = (
    <span class="spinner" role={label === '' ? undefined : 'status'}>
      {label !== '' && <span class="only-read">{label}</span>}
    </span>
  )
  return block ? <div class="spinner-block">{ring}</div> : ring
}
