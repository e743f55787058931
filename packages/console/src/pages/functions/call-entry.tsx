import type { FunctionCall } from '@cloudstead/admin-api'
import { ChevronRight } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Link } from '../../app/link.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Icon } from '../../ui/icon.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { Person } from '../../ui/person.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { CallOutput, Lines } from './call-output.tsx'
import type { RunningCall } from './calls.ts'
import { Status } from './status.tsx'
import { t } from './text.ts'

interface EntryProps {
  /** Show the name of the function. */
  readonly withName: boolean
}

/** A call that has ended, in one line; opened, with what it wrote and threw. */
export function CallEntry({ call, withName }: EntryProps & { readonly call: FunctionCall }) {
  const { status, startedAt, durationMs, trigger, lines, error, cold } = call
  return (
    <Entry
      at={startedAt}
      name={withName ? call.function : undefined}
      facts={
        <>
          <Status status={status} />
          <span class="numbers">{t.ms(durationMs)}</span>
          <span class="muted">{t.triggerOf[trigger]}</span>
          {cold && <Badge>{t.cold}</Badge>}
        </>
      }
      words={error === undefined ? lines.at(-1)?.text : `${error.name}: ${error.message}`}
    >
      {() => (
        <Stack>
          <CallFacts call={call} />
          <CallOutput name={call.function} call={call} />
        </Stack>
      )}
    </Entry>
  )
}

/** A call that has not ended, with the lines that have come. */
export function RunningEntry({ call, withName }: EntryProps & { readonly call: RunningCall }) {
  return (
    <Entry
      at={call.startedAt}
      name={withName ? call.function : undefined}
      facts={
        <>
          <Spinner label="" />
          {t.running}
        </>
      }
      words={call.lines.at(-1)?.text}
    >
      {() => <Lines lines={call.lines} />}
    </Entry>
  )
}

interface FrameProps {
  readonly at: number
  readonly name: string | undefined
  readonly facts: ComponentChildren
  /** The most telling text of the call. */
  readonly words: string | undefined
  readonly children: () => ComponentChildren
}

function Entry({ at, name, facts, words, children }: FrameProps) {
  const [open, setOpen] = useState(false)
  return (
    <li>
      <details class="call" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Icon icon={ChevronRight} />
          <Time at={at} />
          {name !== undefined && <span class="mono">{name}</span>}
          {facts}
          <span class="call-words mono muted">{words}</span>
        </summary>
        {open && <div class="call-body">{children()}</div>}
      </details>
    </li>
  )
}

function CallFacts({ call: { requestId, trigger, timer, caller, memoryMB } }: { readonly call: FunctionCall }) {
  return (
    <KeyValue
      items={[
        { label: t.trigger, value: timer === undefined ? t.triggerOf[trigger] : `${t.triggerOf[trigger]} ${timer}` },
        { label: t.caller, value: <Caller id={caller} /> },
        { label: t.memory, value: `${memoryMB} MB` },
        { label: t.request, value: <code>{requestId}</code>, copy: requestId, copyLabel: t.copyRequest },
      ]}
    />
  )
}

function Caller({ id }: { readonly id: string }) {
  if (id === 'admin') return t.admin
  if (id === 'nobody') return t.nobody
  return (
    <Link to="users" query={{ uid: id }} class="wrap">
      <Person id={id} whole />
    </Link>
  )
}
