import type { Setting } from '@cloudstead/admin-api'
import { Lock } from 'lucide'
import { Badge } from '../../ui/badge.tsx'
import { t } from './text.ts'

/** Where a value comes from, or that there is none. */
export function SourceBadge({ setting: { source, set } }: { readonly setting: Setting }) {
  const locked = source === 'file' || source === 'environment'
  return (
    <Badge tone={locked ? 'warning' : source === 'console' ? 'accent' : 'neutral'} icon={locked ? Lock : undefined}>
      {source === 'default' && !set ? t.notSet : t.sources[source]}
    </Badge>
  )
}
