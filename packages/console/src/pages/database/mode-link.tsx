import type { CollectionInfo } from '@cloudstead/admin-api'
import { Link } from '../../app/link.tsx'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { t } from './text.ts'

const MODES = ['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'] as const

/** What everybody can read stands out. */
const TONES: Readonly<Record<string, Tone>> = { READONLY: 'warning', ADMINWRITE: 'warning' }

/** Who may read and write a collection, in a word, and the way to the page where that is set. */
export function ModeLink({ collection: { name, acl } }: { readonly collection: CollectionInfo }) {
  const mode = t[MODES.find((one) => one === acl) ?? 'CUSTOM']
  return (
    <Link to="permissions" query={{ collection: name }} class="mode-link" aria-label={t.permissionOf(name, mode)}>
      <Badge tone={TONES[acl]}>{mode}</Badge>
    </Link>
  )
}
