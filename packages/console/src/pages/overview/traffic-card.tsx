import type { ServerNode, Traffic } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { type Loaded, useLoaded } from '../../data/use-loaded.ts'
import { Card } from '../../ui/card.tsx'
import { LineChart } from '../../ui/line-chart.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Select } from '../../ui/select.tsx'
import { keepTraffic } from './keep-traffic.ts'
import { t } from './text.ts'

type Minutes = '60' | '360' | '1440'

/** Milliseconds between two requests. The points are a minute apart. */
const POLL_MS = 10_000

/**
 * Requests, errors and denials over the last hours, of one server. Behind a load balancer several answer in turn: the chart
 * stays with one of them.
 */
export function TrafficCard({ nodes }: { readonly nodes: readonly ServerNode[] }) {
  const [minutes, setMinutes] = useState<Minutes>('60')
  const [server, setServer] = useState('')
  const ask = async (signal: AbortSignal) => {
    const traffic = await call('getTraffic', { query: { minutes: Number(minutes) } }, { signal })
    return keepTraffic(loaded.value ?? [], traffic, nodes)
  }
  const loaded: Loaded<readonly Traffic[]> = useLoaded(ask, minutes, POLL_MS)
  const servers = loaded.value ?? []
  const shown = servers.find(({ server: { id } }) => id === server) ?? servers[0]
  const sum = (of: 'requests' | 'errors' | 'denied') =>
    shown?.points.reduce((total, point) => total + point[of], 0) ?? 0
  return (
    <Card
      title={t.traffic}
      description={
        shown && (
          <>
            {t.trafficText(sum('requests'), sum('errors'), sum('denied'))}
            {shown.server.servers > 1 && t.ofServer(shown.server.name)}
          </>
        )
      }
      actions={
        <>
          {servers.length > 1 && (
            <Select
              label={t.server}
              hideLabel
              value={shown?.server.id ?? ''}
              onChange={setServer}
              options={servers.map(({ server: { id, name } }) => ({ value: id, label: name }))}
            />
          )}
          <Select
            label={t.range}
            hideLabel
            value={minutes}
            onChange={setMinutes}
            options={[
              { value: '60', label: t.hour },
              { value: '360', label: t.hours(6) },
              { value: '1440', label: t.hours(24) },
            ]}
          />
        </>
      }
    >
      <LoadedView loaded={loaded}>
        {() =>
          shown && (
            <LineChart
              label={t.trafficLabel}
              times={shown.points.map(({ at }) => at)}
              series={[
                { name: t.requests, values: shown.points.map(({ requests }) => requests) },
                { name: t.errors, values: shown.points.map(({ errors }) => errors) },
                { name: t.denied, values: shown.points.map(({ denied }) => denied) },
              ]}
            />
          )
        }
      </LoadedView>
    </Card>
  )
}
