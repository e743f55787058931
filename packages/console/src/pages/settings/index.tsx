import { useState } from 'preact/hooks'
import { setQuery } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { useUnsaved } from '../../app/use-unsaved.ts'
import { useSettings } from '../../data/use-settings.ts'
import { say } from '../../i18n/language.ts'
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
import { type Drafts, ValuesView } from './values-view.tsx'
import './settings.css'

const VIEWS = ['values', 'file', 'history'] as const

/** The settings and their history. Query members: `view` (values, file or history), `key` of a setting to show. */
export default function SettingsPage() {
  const { query } = useRoute()
  const settings = useSettings()
  const [drafts, setDrafts] = useState<Drafts>({})
  useUnsaved(Object.keys(drafts).length > 0)
  const { value, error } = settings
  const view = VIEWS.find((one) => one === query.view) ?? 'values'
  const put = (key: string, text: string | undefined) =>
    setDrafts(({ [key]: _, ...rest }) => (text === undefined ? rest : { ...rest, [key]: text }))
  return (
    <Page title={t.title} description={t.description}>
      <Stack gap={5}>
        {error !== undefined && <ErrorNotice error={error} onRetry={settings.reload} />}
        {value?.file.refused !== undefined && (
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
            <p>{say(value.file.refused)}</p>
            <p>{t.refusedText}</p>
          </Banner>
        )}
        <Tabs
          label={t.views}
          tabs={VIEWS.map((id) => ({ id, label: t.tabs[id] }))}
          value={view}
          onChange={(id) => setQuery({ view: id === 'values' ? undefined : id, key: undefined })}
        >
          {value === undefined ? (
            error === undefined && <Spinner block />
          ) : view === 'values' ? (
            <ValuesView value={value} settings={settings} drafts={drafts} onDraft={put} wanted={query.key} />
          ) : view === 'file' ? (
            <FileView file={value.file} />
          ) : (
            <HistoryView settings={settings} values={value.values} only={query.key} />
          )}
        </Tabs>
      </Stack>
    </Page>
  )
}
