import type { SettingSource } from '@cloudstead/admin-api'
import { Lock } from 'lucide'
import { Badge } from '../../ui/badge.tsx'
import { t } from './text.ts'

/** Where a value comes from. */
export function SourceBadge({ source }: { readonly source: SettingSource }) {
  const locked = source === 'file' || source === 'environment'
  return (
    <Badge tone={locked ? 'warning' : source === 'console' ? 'accent' : 'neutral'} icon={locked ? Lock : undefined}>
      {t.sources[source]}
    </Badge>
  )
}
