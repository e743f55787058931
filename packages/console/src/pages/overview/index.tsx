import type { Overview } from '@cloudstead/admin-api'
import { call } from '../../api/client.ts'
import { session } from '../../app/session.ts'
import { t as app } from '../../app/text.ts'
import { type Loaded, useLoaded } from '../../data/use-loaded.ts'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Page } from '../../ui/page.tsx'
import { ConnectCard } from './connect-card.tsx'
import { PasswordHint } from './password-hint.tsx'
import { keepReports, type Report, stateOf, troublesOf } from './reports.ts'
import { ServersCard } from './servers-card.tsx'
import { t } from './text.ts'
import { Tiles } from './tiles.tsx'
import { TrafficCard } from './traffic-card.tsx'
import { Troubles } from './troubles.tsx'
import { Notes, Warnings } from './warnings.tsx'
import './overview.css'

/** Milliseconds between two requests. */
const POLL_MS = 5_000

interface Answer {
  readonly overview: Overview
  readonly reports: readonly Report[]
}

/** The state of the environment, and how to connect an app. */
export default function OverviewPage() {
  const ask = async (signal: AbortSignal) => {
    const overview = await call('getOverview', {}, { signal })
    return { overview, reports: keepReports(loaded.value?.reports ?? [], overview) }
  }
  const loaded: Loaded<Answer> = useLoaded(ask, '', POLL_MS)
  // The session knows at once when a password was set here.
  const hasPassword = session()?.passwordSet === true
  const warnings = (loaded.value?.overview.warnings ?? []).filter(
    ({ code }) => !(hasPassword && code === 'no-password'),
  )
  return (
    <Page title={app.pages.overview} description={t.description}>
      <LoadedView loaded={loaded}>
        {({ overview, reports }) => (
          <>
            <div class="overview-banners">
              <Troubles troubles={troublesOf(reports)} several={overview.nodes.length > 1} />
              {!warnings.some(({ code }) => code === 'no-password') && <PasswordHint />}
              <Warnings warnings={warnings} />
            </div>
            <Tiles overview={overview} state={stateOf(reports)} />
            <div class="overview-columns">
              {(overview.nodes.length > 1 || stateOf(reports) !== 'ok') && <ServersCard overview={overview} />}
              <TrafficCard nodes={overview.nodes} />
              <ConnectCard overview={overview} />
              <Notes warnings={warnings} />
            </div>
          </>
        )}
      </LoadedView>
    </Page>
  )
}
