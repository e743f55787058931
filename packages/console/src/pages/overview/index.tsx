import { call } from '../../api/client.ts'
import { session } from '../../app/session.ts'
import { t as app } from '../../app/text.ts'
import { usePolled } from '../../app/use-polled.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Page } from '../../ui/page.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { ConnectCard } from './connect.tsx'
import { PasswordHint } from './password-hint.tsx'
import { t } from './text.ts'
import { Tiles } from './tiles.tsx'
import { TrafficCard } from './traffic.tsx'
import { Notes, Warnings } from './warnings.tsx'
import './overview.css'

/** Milliseconds between two looks at the state. */
const EVERY_MS = 5_000

/** How the environment is doing, and how an app reaches it. */
export default function OverviewPage() {
  const { value, error, reload } = usePolled((signal) => call('getOverview', {}, { signal }), '', EVERY_MS)
  // Known here at once when it was set here.
  const hasPassword = session()?.passwordSet === true
  const warnings = (value?.warnings ?? []).filter(({ code }) => !(hasPassword && code === 'no-password'))
  return (
    <Page title={app.pages.overview} description={t.description}>
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {value === undefined ? (
        error === undefined && <Spinner block />
      ) : (
        <>
          <div class="overview-banners">
            {!warnings.some(({ code }) => code === 'no-password') && <PasswordHint />}
            <Warnings warnings={warnings} />
          </div>
          <Tiles overview={value} />
          <div class="overview-columns">
            <TrafficCard />
            <ConnectCard overview={value} />
            <Notes warnings={warnings} />
          </div>
        </>
      )}
    </Page>
  )
}
