import type { CollectionInfo } from '@cloudstead/admin-api'
import { Table2 } from 'lucide'
import { Link } from '../../app/link.tsx'
import type { Collections } from '../../data/use-collections.ts'
import { formatNumber } from '../../i18n/format.ts'
import { Icon } from '../../ui/icon.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Select } from '../../ui/select.tsx'
import { ModeLink } from './mode-link.tsx'
import { goTo } from './place.ts'
import { t } from './text.ts'

interface CollectionListProps {
  readonly chosen: string
  readonly collections: Collections
}

/** Every collection with its number of documents and its permission mode. A select on a phone. */
export function CollectionList({ chosen, collections }: CollectionListProps) {
  const names = (collections.value ?? []).map(({ name }) => name)
  const options = [
    ...(chosen === '' ? [{ value: '', label: t.chooseTitle }] : []),
    ...(chosen === '' || names.includes(chosen) ? [] : [{ value: chosen, label: chosen }]),
    ...names.map((name) => ({ value: name, label: name })),
  ]
  return (
    <div class="collections">
      <LoadedView loaded={collections}>
        {(all) =>
          all.length > 0 && (
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
                  {all.map((one) => (
                    <Entry key={one.name} collection={one} current={one.name === chosen} />
                  ))}
                </ul>
              </nav>
            </>
          )
        }
      </LoadedView>
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
          {formatNumber(documents)}
        </span>
      </Link>
      <ModeLink collection={collection} />
    </li>
  )
}
