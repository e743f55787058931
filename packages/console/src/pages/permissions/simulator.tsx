import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { useRoute } from '../../app/use-route.ts'
import { presetOf } from '../../data/presets.ts'
import { Card } from '../../ui/card.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Decision } from './decision.tsx'
import { DocumentFields } from './document-fields.tsx'
import { FileFields } from './file-fields.tsx'
import { PersonPicker } from './person-picker.tsx'
import { EMPTY, FILE_ACTIONS, type Fields, questionOf } from './question.ts'
import { t } from './text.ts'
import { useDecision } from './use-decision.ts'

interface SimulatorProps {
  readonly collection: string | undefined
  /** The rules in the editor. */
  readonly text: string
  /** Whether the rules are valid; undefined until they are checked. */
  readonly valid: boolean | undefined
}

/** Shows how rules decide a request. It is decided again after every change of the request or the rules. */
export function Simulator({ collection, text, valid }: SimulatorProps) {
  const [fields, setFields] = useQuestionFields()
  const change = (changes: Partial<Fields>) => setFields((now) => ({ ...now, ...changes }))
  const { body, faults } = questionOf(fields, collection)
  const { decision, error, stale } = useDecision(body && valid ? { ...body, text } : undefined, (signal, question) =>
    call('simulateRules', { body: question }, { signal }),
  )
  const filters = body?.collection !== undefined && body.id === undefined && presetOf(text) !== undefined
  return (
    <Card class="simulator" title={t.simulator} description={t.simulatorText}>
      <div class="simulator-parts">
        <Stack>
          <PersonPicker fields={fields} onChange={change} />
          {collection === undefined ? (
            <FileFields fields={fields} faults={faults} onChange={change} />
          ) : (
            <DocumentFields fields={fields} faults={faults} onChange={change} />
          )}
        </Stack>
        <section class="simulator-result" aria-label={t.result}>
          {valid === false ? (
            <Hint>{t.needRules}</Hint>
          ) : body === undefined ? (
            <Hint>{t.needInput}</Hint>
          ) : error !== undefined ? (
            <ErrorNotice error={error} />
          ) : decision === undefined ? (
            <Hint>{t.asking}</Hint>
          ) : (
            <Stack gap={3}>
              <Decision decision={decision} stale={stale} />
              {filters && body.action !== 'create' && <Hint>{t.presetFilters}</Hint>}
            </Stack>
          )}
        </section>
      </div>
    </Card>
  )
}

function Hint({ children }: { readonly children: ComponentChildren }) {
  return <p class="muted small">{children}</p>
}

/** The state of the fields. Links from other pages fill them in by `uid`, `path`, `action` and `id` of the query. */
function useQuestionFields() {
  const { query } = useRoute()
  const { uid, path, id, action } = query
  const state = useState<Fields>(() => ({
    ...EMPTY,
    ...(uid === undefined ? {} : { who: 'user' as const }),
    ...(path === undefined ? {} : { path }),
    ...(id === undefined ? {} : { id, which: 'id' as const }),
    fileAction: FILE_ACTIONS.find((one) => one === action) ?? EMPTY.fileAction,
  }))
  const [, setFields] = state
  useEffect(() => {
    if (uid === undefined) return
    const controller = new AbortController()
    call('getUser', { params: { uid } }, { signal: controller.signal }).then(
      ({ user }) => setFields((now) => ({ ...now, user })),
      () => {
        // The user can be searched for instead.
      },
    )
    return () => controller.abort()
  }, [uid])
  return state
}
