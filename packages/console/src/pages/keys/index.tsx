import type { Key } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Page } from '../../ui/page.tsx'
import { KeySection } from './key-section.tsx'
import { SecurityLog } from './security-log.tsx'
import { t } from './text.ts'
import './keys.css'

/** Login keys and API keys. The secrets of a new key are only in the memory of this page. */
export default function KeysPage() {
  const loaded = useLoaded(async (signal) => (await call('listKeys', {}, { signal })).items)
  const [changes, setChanges] = useState(0)
  const changed = () => {
    setChanges((count) => count + 1)
    void loaded.reload()
  }
  const section = (kind: Key['kind'], all: readonly Key[]) => <KeySection kind={kind} all={all} onChange={changed} />
  return (
    <Page title={t.title} description={t.description}>
      <LoadedView loaded={loaded}>
        {(keys) => (
          <>
            {section('login', keys)}
            {section('api', keys)}
            <SecurityLog version={changes} />
          </>
        )}
      </LoadedView>
    </Page>
  )
}
