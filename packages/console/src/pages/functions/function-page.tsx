import { ArrowLeft } from 'lucide'
import { call } from '../../api/index.ts'
import { Link } from '../../app/link.tsx'
import { setQuery } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { say } from '../../i18n/language.ts'
import { Banner } from '../../ui/banner.tsx'
import { Icon } from '../../ui/icon.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Page } from '../../ui/page.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { CallLog } from './call-log.tsx'
import { Details } from './details.tsx'
import { Problems, ServerNote } from './notices.tsx'
import { RunPanel } from './run-panel.tsx'
import { t } from './text.ts'

/** Milliseconds between two requests: instances come and go. */
const POLL_MS = 3_000
const TABS = ['run', 'log', 'details'] as const

/** One function: running it, its log, and how it is set up. */
export function FunctionPage({ name }: { readonly name: string }) {
  const { query } = useRoute()
  const tab = TABS.find((one) => one === query.tab) ?? 'run'
  const loaded = useLoaded((signal) => call('getFunction', { params: { name } }, { signal }), name, POLL_MS)
  const about = loaded.value?.function
  return (
    <Page
      title={name}
      description={about && t.about(about.calls, about.errors)}
      actions={
        <Link to="functions" class="button is-plain">
          <Icon icon={ArrowLeft} />
          <span class="button-label">{t.all}</span>
        </Link>
      }
    >
      <LoadedView loaded={loaded}>
        {(found) => (
          <Stack>
            <ServerNote server={found.server} />
            <Problems problems={found.problems} />
            {found.function.unsupported !== undefined && (
              <Banner kind="warning" title={t.cannotRun}>
                {say(found.function.unsupported)}
              </Banner>
            )}
            <Tabs
              label={t.views}
              tabs={TABS.map((id) => ({ id, label: t[id] }))}
              value={tab}
              onChange={(next) => setQuery({ tab: next, search: undefined, failed: undefined })}
            >
              {tab === 'run' && <RunPanel name={name} onRun={() => void loaded.reload()} />}
              {tab === 'log' && <CallLog name={name} />}
              {tab === 'details' && <Details found={found} onRun={() => void loaded.reload()} />}
            </Tabs>
          </Stack>
        )}
      </LoadedView>
    </Page>
  )
}
