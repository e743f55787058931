import type { CollectionInfo } from '@cloudstead/admin-api'
import { Link } from '../../app/link.tsx'
import { modeName } from '../../data/presets.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { t } from './text.ts'

/** Public collections stand out. */
const TONES: Readonly<Record<string, Tone>> = { READONLY: 'warning', ADMINWRITE: 'warning' }

/** The permission mode of a collection, as a link to its permissions. */
export function ModeLink({ collection: { name, acl } }: { readonly collection: CollectionInfo }) {
  const mode = modeName(acl)
  return (
    <Link to="permissions" query={{ collection: name }} class="mode-link" aria-label={t.permissionOf(name, mode)}>
      <Badge tone={TONES[acl]}>{mode}</Badge>
    </Link>
  )
}
