import { useState } from 'preact/hooks'
import { setQuery } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { useUnsaved } from '../../app/use-unsaved.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { FileView } from './file-view.tsx'
import { HistoryView } from './history-view.tsx'
import { t } from './text.ts'
import { useSettings } from './use-settings.ts'
import { type Drafts, ValuesView } from './values-view.tsx'
import './settings.css'

const VIEWS = ['values', 'file', 'history'] as const

/** What can be set, and what was. Query members: `view` (values, file or history), `key` of a setting to show. */
export default function SettingsPage() {
  const { query } = useRoute()
  const loaded = useSettings()
  const [drafts, setDrafts] = useState<Drafts>({})
  useUnsaved(Object.keys(drafts).length > 0)
  const { settings, error } = loaded
  const view = VIEWS.find((one) => one === query.view) ?? 'values'
  const put = (key: string, text: string | undefined) =>
    setDrafts(({ [key]: _, ...rest }) => (text === undefined ? rest : { ...rest, [key]: text }))
  return (
    <Page title={t.title} description={t.description}>
      <Stack gap={5}>
        {error !== undefined && <ErrorNotice error={error} onRetry={loaded.reload} />}
        {settings?.file.refused !== undefined && (
          <Banner
            kind="danger"
            title={t.refusedTitle}
            actions={
              view !== 'file' && (
                <Button size="small" onClick={() => setQuery({ view: 'file' })}>
                  {t.showFile}
                </Button>
              )
            }
          >
            <p lang="en">{settings.file.refused}</p>
            <p>{t.refusedText}</p>
          </Banner>
        )}
        <Tabs
          label={t.views}
          tabs={VIEWS.map((id) => ({ id, label: t.tabs[id] }))}
          value={view}
          onChange={(id) => setQuery({ view: id === 'values' ? undefined : id, key: undefined })}
        >
          {settings === undefined ? (
            error === undefined && <Spinner block />
          ) : view === 'values' ? (
            <ValuesView settings={settings} loaded={loaded} drafts={drafts} onDraft={put} wanted={query.key} />
          ) : view === 'file' ? (
            <FileView file={settings.file} />
          ) : (
            <HistoryView loaded={loaded} values={settings.values} only={query.key} />
          )}
        </Tabs>
      </Stack>
    </Page>
  )
}
