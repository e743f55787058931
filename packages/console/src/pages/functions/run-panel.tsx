import { Play } from 'lucide'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { Link } from '../../app/link.tsx'
import { FUNCTIONS, queryOfTarget } from '../../data/rules-target.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { Stack } from '../../ui/stack.tsx'
import { PersonPicker } from '../permissions/person-picker.tsx'
import { type CallerFields, EMPTY, personOf, WHO } from '../permissions/question.ts'
import { t as permissions } from '../permissions/text.ts'
import { keepEvent, lastEvent, readEvent } from './event-text.ts'
import { OutcomeView } from './outcome-view.tsx'
import { t } from './text.ts'
import { useRun } from './use-run.ts'

const CALLERS = ['administrator', ...WHO] as const
type Caller = (typeof CALLERS)[number]

interface RunPanelProps {
  readonly name: string
  /** Called when a call has ended. */
  readonly onRun: () => void
}

/** Calls the function with an event, as a chosen user. */
export function RunPanel({ name, onRun }: RunPanelProps) {
  const [text, setText] = useState(() => lastEvent(name))
  const [caller, setCaller] = useState<CallerFields<Caller>>({ ...EMPTY, who: 'administrator' })
  const { busy, outcome, start } = useRun(name, onRun)
  const event = readEvent(text)
  const as = asOf(caller)
  const ready = event.fault === undefined && as !== undefined
  const edit = (next: string) => {
    setText(next)
    keepEvent(name, next)
  }
  const run = () => {
    if (!ready) return
    const { data } = event
    const body = { ...(data === undefined ? {} : { data }), ...as }
    start((signal) => call('invokeFunction', { params: { name }, body }, { signal }))
  }
  return (
    <div class="run">
      <Card
        title={t.run}
        description={
          <>
            {t.rulesSkip}{' '}
            <Link to="permissions" query={{ ...queryOfTarget(FUNCTIONS), function: name }}>
              {t.rules}
            </Link>
          </>
        }
      >
        <Stack>
          <CodeEditor
            label={t.event}
            value={text}
            onChange={edit}
            minLines={8}
            maxHeight={400}
            onSave={run}
            lint={async (typed) => {
              const { fault } = readEvent(typed)
              if (fault === undefined) return []
              const to = Math.min(typed.length, fault.at + 1)
              return [{ from: fault.at, to, severity: 'error', message: t.badJson(fault.line, fault.column) }]
            }}
          />
          <p class="muted small">{t.eventHint}</p>
          <PersonPicker
            fields={caller}
            options={CALLERS}
            nameOf={(who) => (who === 'administrator' ? t.administrator : permissions.who[who])}
            onChange={(changes) => setCaller((now) => ({ ...now, ...changes }))}
          />
          <div>
            <Button kind="primary" icon={Play} busy={busy} disabled={!ready} onClick={run}>
              {t.run}
            </Button>
          </div>
          {event.fault !== undefined ? (
            <p class="field-error">{t.badJson(event.fault.line, event.fault.column)}</p>
          ) : (
            as === undefined && <p class="muted small">{t.needCaller}</p>
          )}
        </Stack>
      </Card>
      <Card title={t.result}>
        {outcome === undefined ? <p class="muted">{t.noRun}</p> : <OutcomeView name={name} outcome={outcome} />}
      </Card>
    </div>
  )
}

/** The member `as` of a call; undefined while the caller is not filled in. */
function asOf({ who, ...fields }: CallerFields<Caller>) {
  if (who === 'administrator') return {}
  const person = personOf({ ...fields, who })
  return person === undefined ? undefined : { as: person }
}
