import { call } from '../../api/client.ts'
import { session } from '../../app/session.ts'
import { t as app } from '../../app/text.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Page } from '../../ui/page.tsx'
import { ConnectCard } from './connect-card.tsx'
import { PasswordHint } from './password-hint.tsx'
import { t } from './text.ts'
import { Tiles } from './tiles.tsx'
import { TrafficCard } from './traffic-card.tsx'
import { Notes, Warnings } from './warnings.tsx'
import './overview.css'

/** Milliseconds between two requests. */
const POLL_MS = 5_000

/** The state of the environment, and how to connect an app. */
export default function OverviewPage() {
  const loaded = useLoaded((signal) => call('getOverview', {}, { signal }), '', POLL_MS)
  // The session knows at once when a password was set here.
  const hasPassword = session()?.passwordSet === true
  const warnings = (loaded.value?.warnings ?? []).filter(({ code }) => !(hasPassword && code === 'no-password'))
  return (
    <Page title={app.pages.overview} description={t.description}>
      <LoadedView loaded={loaded}>
        {(overview) => (
          <>
            <div class="overview-banners">
              {!warnings.some(({ code }) => code === 'no-password') && <PasswordHint />}
              <Warnings warnings={warnings} />
            </div>
            <Tiles overview={overview} />
            <div class="overview-columns">
              <TrafficCard />
              <ConnectCard overview={overview} />
              <Notes warnings={warnings} />
            </div>
          </>
        )}
      </LoadedView>
    </Page>
  )
}
