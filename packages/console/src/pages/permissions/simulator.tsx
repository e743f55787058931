import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { useRoute } from '../../app/use-route.ts'
import { ownerId, personOfUser } from '../../data/person.ts'
import { presetOf } from '../../data/presets.ts'
import { kindOf, type RulesTarget } from '../../data/rules-target.ts'
import { Card } from '../../ui/card.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Comparison } from './comparison.tsx'
import { Decision } from './decision.tsx'
import { DocumentFields } from './document-fields.tsx'
import { FileFields } from './file-fields.tsx'
import { FunctionFields } from './function-fields.tsx'
import { PersonPicker } from './person-picker.tsx'
import { EMPTY, type Fields, ownerOf, questionOf, typicalPath, WHO } from './question.ts'
import { fieldsOfLink } from './question-link.ts'
import { t } from './text.ts'
import { useDecision } from './use-decision.ts'

interface SimulatorProps {
  readonly target: RulesTarget
  /** The rules in the editor. */
  readonly text: string
  /** Whether the rules are valid; undefined until they are checked. */
  readonly valid: boolean | undefined
}

const FIELDS = { storage: FileFields, database: DocumentFields, functions: FunctionFields } as const

/** Shows how rules decide a request. It is decided again after every change of the request or the rules. */
export function Simulator({ target, text, valid }: SimulatorProps) {
  const [fields, setFields] = useQuestionFields()
  const change = (changes: Partial<Fields>) => setFields((now) => ({ ...now, ...changes }))
  const QuestionFields = FIELDS[kindOf(target)]
  const { body, faults } = questionOf(fields, target)
  const question = body && valid ? { ...body, text } : undefined
  const { decision, error, stale } = useDecision(question, (signal, asked) =>
    call('simulateRules', { body: asked }, { signal }),
  )
  const filters = body?.collection !== undefined && body.id === undefined && presetOf(text) !== undefined
  return (
    <Card class="simulator" title={t.simulator} description={t.simulatorText}>
      <div class="simulator-parts">
        <Stack>
          <PersonPicker fields={fields} options={WHO} nameOf={(who) => t.who[who]} onChange={change} />
          <QuestionFields fields={fields} faults={faults} onChange={change} />
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
              <Comparison question={question} owner={ownerOf(fields, target)} />
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

/** The state of the fields. Links from other pages fill them in by the query of the address. */
function useQuestionFields() {
  const { query } = useRoute()
  const { uid, path } = query
  const state = useState<Fields>(() => fieldsOfLink(query))
  const [, setFields] = state
  useEffect(() => {
    if (uid === undefined) return
    const controller = new AbortController()
    call('getUser', { params: { uid } }, { signal: controller.signal }).then(
      ({ user }) =>
        setFields((now) => {
          const untouched = path === undefined && now.path === EMPTY.path
          return { ...now, user, ...(untouched ? { path: typicalPath(ownerId(personOfUser(user))) } : {}) }
        }),
      () => {
        // The user can be searched for instead.
      },
    )
    return () => controller.abort()
  }, [uid])
  return state
}
