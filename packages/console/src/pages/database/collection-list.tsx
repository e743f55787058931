import type { CollectionInfo } from '@cloudstead/admin-api'
import { Table2 } from 'lucide'
import { Link } from '../../app/link.tsx'
import { formatNumber } from '../../i18n/format.ts'
import { language } from '../../i18n/language.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { goTo } from './address.ts'
import { ModeLink } from './mode-link.tsx'
import { t } from './text.ts'
import type { Collections } from './use-collections.ts'

interface CollectionListProps {
  readonly chosen: string
  readonly collections: Collections
}

/** Every collection with its count and its permission; a choice on a phone. */
export function CollectionList({ chosen, collections }: CollectionListProps) {
  const { items, error, reload } = collections
  const names = (items ?? []).map(({ name }) => name)
  const options = [
    ...(chosen === '' ? [{ value: '', label: t.chooseTitle }] : []),
    ...(chosen === '' || names.includes(chosen) ? [] : [{ value: chosen, label: chosen }]),
    ...names.map((name) => ({ value: name, label: name })),
  ]
  return (
    <div class="collections">
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {items === undefined && error === undefined && <Spinner block />}
      {items !== undefined && items.length > 0 && (
        <>
          <div class="only-phone">
            <Select
              label={t.collection}
              hideLabel
              value={chosen}
              options={options}
              onChange={(collection) => void goTo({ collection })}
            />
          </div>
          <nav class="not-phone" aria-label={t.collections}>
            <ul>
              {items.map((one) => (
                <Entry key={one.name} collection={one} current={one.name === chosen} />
              ))}
            </ul>
          </nav>
        </>
      )}
    </div>
  )
}

function Entry({ collection, current }: { readonly collection: CollectionInfo; readonly current: boolean }) {
  const { name, documents } = collection
  return (
    <li class="collection">
      <Link
        to="database"
        query={{ collection: name }}
        class="collection-link"
        aria-current={current ? 'page' : undefined}
      >
        <Icon icon={Table2} />
        <span class="clip">{name}</span>
        <span class="collection-count numbers" title={t.documentsIn(documents)}>
          {formatNumber(documents, language())}
        </span>
      </Link>
      <ModeLink collection={collection} />
    </li>
  )
}
