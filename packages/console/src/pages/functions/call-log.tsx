import { Pause, Play, ScrollText } from 'lucide'
import { useState } from 'preact/hooks'
import { setQuery } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { CallEntry, RunningEntry } from './call-entry.tsx'
import { MAX_CALLS } from './calls.ts'
import { t } from './text.ts'
import { useCalls } from './use-calls.ts'

const TONES = { live: 'success', connecting: 'warning', paused: 'neutral' } as const

/** The calls of a function, or with `*` of all, as they happen. */
export function CallLog({ name }: { readonly name: string }) {
  const { query } = useRoute()
  const { search = '' } = query
  const failed = query.failed !== undefined
  const filtered = failed || search !== ''
  const [live, setLive] = useState(true)
  const { calls, loading, state, error, servers } = useCalls(name, { failed, search }, live)
  const { ended } = calls
  // What a running call will write or how it will end is not known.
  const running = filtered ? [] : calls.running
  return (
    <Stack>
      <Row wrap gap={3} class="call-bar">
        <FilterBar
          search={{
            label: t.search,
            placeholder: t.searchHint,
            value: search,
            onSearch: (text) => setQuery({ search: text.trim() }),
          }}
          choice={{
            label: t.which,
            value: failed ? 'failed' : 'every',
            options: [
              { value: 'every', label: t.every },
              { value: 'failed', label: t.onlyFailed },
            ],
            onChange: (chosen) => setQuery({ failed: chosen === 'failed' ? 1 : undefined }),
          }}
        />
        <span role="status">
          <Badge tone={TONES[state]}>{t[state]}</Badge>
        </span>
        <Button icon={live ? Pause : Play} onClick={() => setLive(!live)}>
          {live ? t.pause : t.resume}
        </Button>
      </Row>
      {servers.length > 0 && <p class="muted small">{t.ofServers(servers)}</p>}
      {error !== undefined && <ErrorNotice error={error} />}
      {ended.length + running.length > 0 ? (
        <ul class="call-log">
          {running.map((one) => (
            <RunningEntry key={one.key} call={one} withName={name === '*'} />
          ))}
          {ended.map(({ key, call }) => (
            <CallEntry key={key} call={call} withName={name === '*'} />
          ))}
        </ul>
      ) : loading ? (
        <Spinner block />
      ) : filtered ? (
        <EmptyState
          icon={ScrollText}
          title={t.nothing}
          actions={<Button onClick={() => setQuery({ search: undefined, failed: undefined })}>{t.showAll}</Button>}
        >
          {t.nothingText}
        </EmptyState>
      ) : (
        <EmptyState icon={ScrollText} title={t.noCalls}>
          {t.noCallsText}
        </EmptyState>
      )}
      {ended.length === MAX_CALLS && <p class="muted small">{t.kept(MAX_CALLS)}</p>}
    </Stack>
  )
}
