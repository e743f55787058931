import type { Denial } from '@cloudstead/admin-api'
import { FlaskConical } from 'lucide'
import { Link } from '../../app/link.tsx'
import { ownerId } from '../../data/person.ts'
import { queryOfTarget, targetOf } from '../../data/rules-target.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ExplanationTree } from '../../ui/explanation-tree.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { Person } from '../../ui/person.tsx'
import { SidePanel } from '../../ui/side-panel.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { linkOfDenial } from '../permissions/question-link.ts'
import { requestOf } from './describe-denial.ts'
import type { ShownDenial } from './poll-denials.ts'
import { t } from './text.ts'

interface DenialPanelProps {
  readonly denial: ShownDenial
  readonly onTry: () => void
  readonly onClose: () => void
}

/** The details of a denied request. */
export function DenialPanel({ denial, onTry, onClose }: DenialPanelProps) {
  const { caller, code, requestId, at, count, collection, explanation, reason, server, case: ruleCase } = denial
  const { action, target } = requestOf(denial)
  const simulation = linkOfDenial(denial)
  return (
    <SidePanel
      wide
      title={
        <>
          {action} <span class="mono">{target}</span>
        </>
      }
      onClose={onClose}
      actions={
        <>
          {ruleCase !== undefined && (
            <Button size="small" kind="primary" icon={FlaskConical} onClick={onTry}>
              {t.tryRule}
            </Button>
          )}
          {ruleCase !== undefined && <CopyButton text={() => caseText(ruleCase)}>{t.copyCase}</CopyButton>}
        </>
      }
    >
      <Stack gap={5}>
        <KeyValue
          items={[
            {
              label: t.who,
              value:
                caller === null ? (
                  t.nobody
                ) : (
                  <Row wrap>
                    <Link to="users" query={{ uid: caller.uid }} class="wrap">
                      <Person id={ownerId(caller)} whole />
                    </Link>
                    <Badge>{caller.loginType}</Badge>
                  </Row>
                ),
            },
            { label: t.code, value: <code>{code}</code> },
            {
              label: t.collection,
              value: collection && (
                <Link to="permissions" query={{ collection }}>
                  {collection}
                </Link>
              ),
            },
            {
              label: t.function,
              value: denial.function && (
                <Link to="functions" query={{ name: denial.function }}>
                  {denial.function}
                </Link>
              ),
            },
            { label: t.last, value: <Time at={at} /> },
            { label: t.count, value: count },
            { label: t.server, value: server.servers > 1 ? <code>{server.name}</code> : undefined },
            { label: t.request, value: <code>{requestId}</code>, copy: requestId, copyLabel: t.copyRequest },
          ]}
        />
        <section class="denial-part">
          <h3>{t.explanation}</h3>
          {explanation === undefined ? <p class="wrap">{reason}</p> : <ExplanationTree explanation={explanation} />}
        </section>
        <section class="denial-part">
          <h3>{t.asCase}</h3>
          {ruleCase === undefined ? (
            <p class="muted">{t.noCase}</p>
          ) : (
            <>
              <JsonText label={t.asCase} value={ruleCase} />
              <p class="muted small">{t.caseHint}</p>
            </>
          )}
        </section>
        <p>
          <Link to="permissions" query={queryOfTarget(targetOf(denial))}>
            {t.permissions}
          </Link>
        </p>
        {simulation !== undefined && (
          <p>
            <Link to="permissions" query={simulation}>
              {t.simulate}
            </Link>
          </p>
        )}
      </Stack>
    </SidePanel>
  )
}

function caseText(ruleCase: NonNullable<Denial['case']>): string {
  return JSON.stringify(ruleCase, null, 2)
}
