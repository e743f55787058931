import type { ApiError } from '../../api/index.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { CallOutput } from './call-output.tsx'
import type { Outcome } from './run-outcome.ts'
import { Status } from './status.tsx'
import { t } from './text.ts'

interface OutcomeViewProps {
  readonly name: string
  readonly outcome: Outcome
}

/** The error without what is said of the thrown one anyway. */
function withoutReason({ code, text, requestId }: ApiError) {
  return { code, text, requestId }
}

/** What came of a call: the result or the error, and what the function wrote. */
export function OutcomeView({ name, outcome }: OutcomeViewProps) {
  const { call, error } = outcome
  return (
    <Stack>
      {error !== undefined ? (
        <ErrorNotice error={call?.error === undefined ? error : withoutReason(error)} />
      ) : (
        <>
          <Row wrap gap={3}>
            <span role="status">
              <Status status="ok" />
            </span>
            <span class="numbers">{t.ms(outcome.durationMs)}</span>
          </Row>
          <JsonText label={t.result} value={JSON.stringify(outcome.result, null, 2)} />
          <KeyValue
            items={[
              {
                label: t.request,
                value: <code>{outcome.requestId}</code>,
                copy: outcome.requestId,
                copyLabel: t.copyRequest,
              },
            ]}
          />
        </>
      )}
      {call !== undefined && <CallOutput name={name} call={call} />}
    </Stack>
  )
}
