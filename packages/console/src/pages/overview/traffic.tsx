import { useState } from 'preact/hooks'
import { call } from '../../api/client.ts'
import { usePolled } from '../../app/use-polled.ts'
import { Card } from '../../ui/card.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { LineChart } from '../../ui/line-chart.tsx'
import { Select } from '../../ui/select.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { t } from './text.ts'

type Minutes = '60' | '360' | '1440'

/** Milliseconds between two looks at the traffic: its points are a minute apart. */
const EVERY_MS = 10_000

/** Requests, errors and denials over the last hours. */
export function TrafficCard() {
  const [minutes, setMinutes] = useState<Minutes>('60')
  const { value, error, reload } = usePolled(
    (signal) => call('getTraffic', { query: { minutes: Number(minutes) } }, { signal }),
    minutes,
    EVERY_MS,
  )
  const points = value?.points ?? []
  const sum = (of: 'requests' | 'errors' | 'denied') => points.reduce((total, point) => total + point[of], 0)
  return (
    <Card
      title={t.traffic}
      description={value && t.trafficText(sum('requests'), sum('errors'), sum('denied'))}
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
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      {value === undefined ? (
        error === undefined && <Spinner block />
      ) : (
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
    </Card>
  )
}
