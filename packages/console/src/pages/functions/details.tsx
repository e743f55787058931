import type { CloudFunction, FunctionInstance } from '@cloudstead/admin-api'
import type { Answer } from '../../api/index.ts'
import { formatDuration } from '../../i18n/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Table, type TableColumn } from '../../ui/table.tsx'
import { curlOf } from './curl.ts'
import { t } from './text.ts'
import { TimersCard } from './timers-card.tsx'

interface DetailsProps {
  readonly found: Answer<'getFunction'>
  /** Called when a timer has run. */
  readonly onRun: () => void
}

/** How a function is set up, and its processes. */
export function Details({ found: { function: about, instances }, onRun }: DetailsProps) {
  return (
    <Stack>
      <Card flush title={t.instances} description={t.instancesText}>
        <Table
          label={t.instances}
          columns={instanceColumns()}
          rows={instances}
          keyOf={({ pid }) => String(pid)}
          empty={<p class="function-none muted">{t.noInstances}</p>}
        />
      </Card>
      <TimersCard name={about.name} timers={about.triggers} onRun={onRun} />
      <Routes routes={about.routes} />
      <div class="function-cards">
        <Card title={t.variables} description={t.variablesText}>
          {about.variables.length === 0 ? <p class="muted">{t.noVariables}</p> : <Names names={about.variables} />}
        </Card>
        <Limits about={about} />
      </div>
    </Stack>
  )
}

function instanceColumns(): readonly TableColumn<FunctionInstance>[] {
  return [
    { id: 'pid', title: t.pid, isHeader: true, cell: ({ pid }) => <span class="mono">{pid}</span> },
    {
      id: 'state',
      title: t.state,
      cell: ({ busy }) => <Badge tone={busy ? 'accent' : 'neutral'}>{busy ? t.busy : t.idle}</Badge>,
    },
    {
      id: 'age',
      title: t.age,
      align: 'end',
      cell: ({ startedAt }) => formatDuration((Date.now() - startedAt) / 1_000),
    },
    { id: 'memory', title: t.memory, align: 'end', cell: ({ memoryMB }) => `${memoryMB} MB` },
  ]
}

/** The routes of HTTP access, each with the command that calls it. */
function Routes({ routes }: Pick<CloudFunction, 'routes'>) {
  return (
    <Card title={t.routes}>
      {routes.length === 0 ? (
        <p class="muted">{t.noRoutes}</p>
      ) : (
        <Stack>
          {routes.map((route) => (
            <Stack key={route.path} gap={2}>
              <Row wrap>
                <code class="wrap">/fn{route.path}</code>
                <Badge tone={route.auth ? 'neutral' : 'accent'}>{route.auth ? t.needsToken : t.open}</Badge>
              </Row>
              <CodeBlock label={t.callOf(route.path)} code={curlOf(location.origin, route)} copyLabel={t.copyCommand} />
            </Stack>
          ))}
        </Stack>
      )}
    </Card>
  )
}

function Limits({ about: { handler, timeout, memorySize, maxInstances, allow } }: { readonly about: CloudFunction }) {
  return (
    <Card title={t.limits}>
      <KeyValue
        items={[
          { label: t.handler, value: <code>{handler}</code> },
          { label: t.timeout, value: t.seconds(timeout) },
          { label: t.memory, value: `${memorySize} MB` },
          { label: t.maxInstances, value: maxInstances },
          { label: t.allowed, value: allow.length === 0 ? t.nothingAllowed : <Names names={allow} /> },
        ]}
      />
    </Card>
  )
}

function Names({ names }: { readonly names: readonly string[] }) {
  return (
    <ul class="function-names">
      {names.map((name) => (
        <li key={name}>
          <code class="wrap">{name}</code>
        </li>
      ))}
    </ul>
  )
}
