import { Badge } from '../../ui/badge.tsx'
import { t } from './text.ts'

/** How a call ended: a word, or the code of the error. */
export function Status({ status }: { readonly status: string }) {
  return status === 'ok' ? (
    <Badge tone="success">{t.ok}</Badge>
  ) : (
    <Badge tone="danger">
      <span class="mono clip">{status}</span>
    </Badge>
  )
}
