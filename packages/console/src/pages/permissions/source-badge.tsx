import type { SettingSource } from '@cloudstead/admin-api'
import { FileLock } from 'lucide'
import { Badge } from '../../ui/badge.tsx'
import { t } from './text.ts'

/** Where a value comes from. */
export function SourceBadge({ source }: { readonly source: SettingSource }) {
  const words = {
    file: t.sourceFile,
    console: t.sourceConsole,
    default: t.sourceDefault,
    environment: t.sourceEnvironment,
  }
  return source === 'file' || source === 'environment' ? (
    <Badge tone="warning" icon={FileLock}>
      {words[source]}
    </Badge>
  ) : (
    <Badge>{words[source]}</Badge>
  )
}
