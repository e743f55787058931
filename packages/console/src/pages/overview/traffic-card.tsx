import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { Card } from '../../ui/card.tsx'
import { LineChart } from '../../ui/line-chart.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Select } from '../../ui/select.tsx'
import { t } from './text.ts'

type Minutes = '60' | '360' | '1440'

/** Milliseconds between two requests. The points are a minute apart. */
const POLL_MS = 10_000

/** Requests, errors and denials over the last hours. */
export function TrafficCard() {
  const [minutes, setMinutes] = useState<Minutes>('60')
  const loaded = useLoaded(
    (signal) => call('getTraffic', { query: { minutes: Number(minutes) } }, { signal }),
    minutes,
    POLL_MS,
  )
  const sum = (of: 'requests' | 'errors' | 'denied') =>
    loaded.value?.points.reduce((total, point) => total + point[of], 0) ?? 0
  return (
    <Card
      title={t.traffic}
      description={loaded.value && t.trafficText(sum('requests'), sum('errors'), sum('denied'))}
      actions={
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
      }
    >
      <LoadedView loaded={loaded}>
        {({ points }) => (
          <LineChart
            label={t.trafficLabel}
            times={points.map(({ at }) => at)}
            series={[
              { name: t.requests, values: points.map(({ requests }) => requests) },
              { name: t.errors, values: points.map(({ errors }) => errors) },
              { name: t.denied, values: points.map(({ denied }) => denied) },
            ]}
          />
        )}
      </LoadedView>
    </Card>
  )
}
