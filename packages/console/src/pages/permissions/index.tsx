import type { Rules } from '@cloudstead/admin-api'
import { useEffect } from 'preact/hooks'
import { useRoute } from '../../app/use-route.ts'
import { useCollections } from '../../data/use-collections.ts'
import { useSettings } from '../../data/use-settings.ts'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Page } from '../../ui/page.tsx'
import { Stack } from '../../ui/stack.tsx'
import { ClaimCard } from './claim-card.tsx'
import { ExpiryCard } from './expiry-card.tsx'
import { RulesPanel } from './rules-panel.tsx'
import { TargetList } from './target-list.tsx'
import { t } from './text.ts'
import { useFieldNames } from './use-field-names.ts'
import { useRules } from './use-rules.ts'
import './permissions.css'

/**
 * Who may read and write. Query members: `collection` selects the rules of a collection; `uid`, `path`, `id` and `action`
 * fill in the simulator.
 */
export default function PermissionsPage() {
  const { query } = useRoute()
  const { collection } = query
  const loaded = useRules(collection)
  const collections = useCollections()
  const fields = useFieldNames(collection)
  const { value: rules } = loaded
  useEffect(() => {
    // The list shows the mode of each collection.
    if (rules !== undefined) void collections.reload()
  }, [rules?.version])
  const storageMode = collection === undefined ? rules && (rules.preset ?? 'CUSTOM') : undefined
  return (
    <Page title={t.title} description={t.description}>
      <div class="permissions">
        <TargetList collection={collection} collections={collections} storageMode={storageMode} />
        <Stack>
          <LoadedView loaded={loaded}>
            {(current) => (
              <>
                <RulesPanel
                  key={collection ?? ''}
                  rules={current}
                  scope={{
                    kind: collection === undefined ? 'storage' : 'database',
                    fields,
                    collections: collections.value?.map(({ name }) => name) ?? [],
                  }}
                  onSaved={loaded.replace}
                />
                {collection === undefined && <FileSettings rules={current} onChanged={() => void loaded.reload()} />}
              </>
            )}
          </LoadedView>
        </Stack>
      </div>
    </Page>
  )
}

function FileSettings({ rules, onChanged }: { readonly rules: Rules; readonly onChanged: () => void }) {
  const settings = useSettings()
  return (
    <div class="file-settings">
      <ExpiryCard rules={rules} settings={settings} />
      <ClaimCard settings={settings} onChanged={onChanged} />
    </div>
  )
}
