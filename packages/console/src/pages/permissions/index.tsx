import type { Rules } from '@cloudstead/admin-api'
import { useRoute } from '../../app/use-route.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Stack } from '../../ui/stack.tsx'
import { ClaimCard } from './claim-card.tsx'
import { ExpiryCard } from './expiry-card.tsx'
import { RulesPanel } from './rules-panel.tsx'
import { TargetList } from './target-list.tsx'
import { t } from './text.ts'
import { useCollections, useFields } from './use-collections.ts'
import { useRules } from './use-rules.ts'
import { useSettings } from './use-setting.ts'
import './permissions.css'

/**
 * Who may read and write. Query members: `collection` for the rules of documents; `uid`, `path`, `id` and `action` fill
 * in the simulator.
 */
export default function PermissionsPage() {
  const { query } = useRoute()
  const { collection } = query
  const loaded = useRules(collection)
  // Right after a change of the address these are still the former ones.
  const rules = loaded.rules?.collection === collection ? loaded.rules : undefined
  const collections = useCollections(rules?.version)
  const fields = useFields(collection)
  const storageMode = collection === undefined ? rules && (rules.preset ?? 'CUSTOM') : undefined
  return (
    <Page title={t.title} description={t.description}>
      <div class="permissions">
        <TargetList collection={collection} collections={collections} storageMode={storageMode} />
        <Stack>
          {loaded.error !== undefined && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
          {rules === undefined && loaded.error === undefined && <Spinner block />}
          {rules !== undefined && (
            <RulesPanel
              key={collection ?? ''}
              rules={rules}
              scope={{
                kind: collection === undefined ? 'storage' : 'database',
                fields,
                collections: collections.items?.map(({ name }) => name) ?? [],
              }}
              onSaved={loaded.replace}
            />
          )}
          {rules !== undefined && collection === undefined && <FileSettings rules={rules} onChanged={loaded.reload} />}
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
