import { Folder, Table2 } from 'lucide'
import { Link } from '../../app/link.tsx'
import { navigate } from '../../app/navigation.ts'
import { modeName } from '../../data/presets.ts'
import type { Collections } from '../../data/use-collections.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { t } from './text.ts'

interface TargetListProps {
  /** The collection whose permissions are shown; undefined for files. */
  readonly collection: string | undefined
  readonly collections: Collections
  /** The permission mode of files; undefined until it is loaded. */
  readonly storageMode: string | undefined
}

/** The value for files. It has a slash, so it cannot be the name of a collection. */
const STORAGE = '/storage'

/** Files and every collection with their permission modes. A select on a phone. */
export function TargetList({ collection, collections, storageMode }: TargetListProps) {
  const { value: items = [], error } = collections
  const names = items.map(({ name }) => name)
  const chosen = collection ?? STORAGE
  const options = [
    { value: STORAGE, label: t.storage },
    ...names.map((name) => ({ value: name, label: name })),
    ...(collection === undefined || names.includes(collection) ? [] : [{ value: collection, label: collection }]),
  ]
  return (
    <div class="targets">
      <div class="only-phone">
        <Select
          label={t.targets}
          value={chosen}
          options={options}
          onChange={(name) =>
            void navigate({ to: 'permissions', query: { collection: name === STORAGE ? undefined : name } })
          }
        />
      </div>
      <nav class="not-phone" aria-label={t.targets}>
        <Link to="permissions" class="target" aria-current={collection === undefined ? 'page' : undefined}>
          <Icon icon={Folder} />
          <Name name={t.storage} acl={storageMode} />
        </Link>
        <h2 class="targets-title">{t.collections}</h2>
        {items.map(({ name, acl }) => (
          <Link
            key={name}
            to="permissions"
            query={{ collection: name }}
            class="target"
            aria-current={collection === name ? 'page' : undefined}
          >
            <Icon icon={Table2} />
            <Name name={name} acl={acl} />
          </Link>
        ))}
        {collections.value?.length === 0 && <p class="muted small targets-none">{t.noCollections}</p>}
      </nav>
      {error !== undefined && <ErrorNotice error={error} />}
    </div>
  )
}

function Name({ name, acl }: { readonly name: string; readonly acl: string | undefined }) {
  return (
    <span class="target-words">
      <span class="clip">{name}</span>
      {acl !== undefined && <span class="target-mode clip">{modeName(acl)}</span>}
    </span>
  )
}
