import { Database, Plus } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { useCollections } from '../../data/use-collections.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Page } from '../../ui/page.tsx'
import { CollectionList } from './collection-list.tsx'
import { CollectionView } from './collection-view.tsx'
import { CreateDialog } from './create-dialog.tsx'
import { FirstDocumentCode } from './first-document-code.tsx'
import { goTo, PHONE, usePlace } from './place.ts'
import { t } from './text.ts'
import './database.css'

/** Collections and their documents. The query members are described in place.ts. */
export default function DatabasePage() {
  const place = usePlace()
  const collections = useCollections()
  const [creating, setCreating] = useState(false)
  const { value: items, error, loading } = collections
  const only = loading || error !== undefined || items?.length !== 1 ? undefined : items[0]?.name
  useEffect(() => {
    // A single collection is opened at once. It replaces the history entry, so that the back button leaves the page.
    if (only === undefined || place.collection !== '' || matchMedia(PHONE).matches) return
    void goTo({ collection: only }, true)
  }, [only, place.collection])
  const chosen = items?.find(({ name }) => name === place.collection)
  return (
    <Page
      fill
      title={t.title}
      description={t.description}
      actions={
        <Button icon={Plus} onClick={() => setCreating(true)}>
          {t.create}
        </Button>
      }
    >
      {items?.length === 0 && place.collection === '' ? (
        <EmptyState
          icon={Database}
          title={t.noneTitle}
          actions={
            <Button kind="primary" icon={Plus} onClick={() => setCreating(true)}>
              {t.create}
            </Button>
          }
        >
          <FirstDocumentCode text={t.noneText} collection="orders" />
        </EmptyState>
      ) : (
        <div class="database">
          <CollectionList chosen={place.collection} collections={collections} />
          {place.collection === '' ? (
            <div class="database-none not-phone">
              <EmptyState icon={Database} title={t.chooseTitle} />
            </div>
          ) : (
            <CollectionView
              key={place.collection}
              place={place}
              info={chosen}
              onCollectionsChanged={() => void collections.reload()}
            />
          )}
        </div>
      )}
      {creating && (
        <CreateDialog
          onClose={() => setCreating(false)}
          onCreated={(name) => {
            setCreating(false)
            void collections.reload()
            void goTo({ collection: name })
          }}
        />
      )}
    </Page>
  )
}
