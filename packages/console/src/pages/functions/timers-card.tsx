import type { FunctionTrigger } from '@cloudstead/admin-api'
import { Play } from 'lucide'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { confirm } from '../../ui/confirm-dialog.tsx'
import { Table, type TableColumn } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { OutcomeView } from './outcome-view.tsx'
import { t } from './text.ts'
import { useRun } from './use-run.ts'

interface TimersCardProps {
  readonly name: string
  readonly timers: readonly FunctionTrigger[]
  /** Called when a timer has run. */
  readonly onRun: () => void
}

/** The timers of a function, with their next runs and a button that runs them now. */
export function TimersCard({ name, timers, onRun }: TimersCardProps) {
  const [ran, setRan] = useState('')
  const { busy, outcome, start } = useRun(name, onRun)
  const run = async (timer: string) => {
    const question = { title: t.runTimer(timer), children: t.runTimerText, confirmLabel: t.runNow }
    if (busy || !(await confirm(question))) return
    setRan(timer)
    start((signal) => call('runFunctionTimer', { params: { name, timer } }, { signal }))
  }
  const columns: readonly TableColumn<FunctionTrigger>[] = [
    {
      id: 'name',
      title: t.timer,
      isHeader: true,
      cell: (timer) => <span class="function-name mono wrap">{timer.name}</span>,
    },
    { id: 'cron', title: t.cron, notOnPhone: true, cell: ({ config }) => <code>{config}</code> },
    {
      id: 'next',
      title: t.next,
      cell: ({ next }) => (next === undefined ? <span class="muted">{t.noNext}</span> : <Time at={next} />),
    },
    {
      id: 'actions',
      title: t.actions,
      hideTitle: true,
      align: 'end',
      cell: (timer) => (
        <Button size="small" icon={Play} busy={busy && timer.name === ran} onClick={() => void run(timer.name)}>
          {t.runNow}
        </Button>
      ),
    },
  ]
  return (
    <>
      <Card flush title={t.timers}>
        <Table
          label={t.timers}
          columns={columns}
          rows={timers}
          keyOf={(timer) => timer.name}
          empty={<p class="function-none muted">{t.noTimers}</p>}
        />
      </Card>
      {outcome !== undefined && (
        <Card title={t.timerResult(ran)}>
          <OutcomeView name={name} outcome={outcome} />
        </Card>
      )}
    </>
  )
}
