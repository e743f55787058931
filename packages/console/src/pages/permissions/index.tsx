import type { Rules } from '@cloudstead/admin-api'
import { useEffect } from 'preact/hooks'
import { useRoute } from '../../app/use-route.ts'
import { aclKey, kindOf, targetOf } from '../../data/rules-target.ts'
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
import { useFunctionNames } from './use-function-names.ts'
import { useRules } from './use-rules.ts'
import './permissions.css'

/**
 * Who may read, write and call. Query members: `collection` selects the rules of a collection, `functions` those of functions;
 * `uid`, `path`, `id`, `function` and `action` fill in the simulator.
 */
export default function PermissionsPage() {
  const { query } = useRoute()
  // The name of a function fills in the simulator; it does not select anything.
  const target = targetOf({ collection: query.collection, functions: query.functions })
  const kind = kindOf(target)
  const loaded = useRules(target)
  const collections = useCollections()
  const fields = useFieldNames(target.collection)
  const functions = useFunctionNames(kind === 'functions')
  const { value: rules } = loaded
  useEffect(() => {
    // The list shows the mode of each collection.
    if (rules !== undefined) void collections.reload()
  }, [rules?.version])
  const storageMode = kind === 'storage' ? rules && (rules.preset ?? 'CUSTOM') : undefined
  return (
    <Page title={t.title} description={t.description}>
      <div class="permissions">
        <TargetList target={target} collections={collections} storageMode={storageMode} />
        <Stack>
          <LoadedView loaded={loaded}>
            {(current) => (
              <>
                <RulesPanel
                  key={aclKey(target)}
                  rules={current}
                  scope={{
                    kind,
                    fields,
                    functions,
                    collections: collections.value?.map(({ name }) => name) ?? [],
                  }}
                  onSaved={loaded.replace}
                />
                {kind === 'storage' && <FileSettings rules={current} onChanged={() => void loaded.reload()} />}
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
