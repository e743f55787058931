import type { SimulatedDecision } from '@cloudstead/admin-api'
import { ShieldCheck, ShieldX } from 'lucide'
import { say } from '../../i18n/language.ts'
import { classes } from '../../ui/classes.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { asExplanation } from '../../ui/explanation.ts'
import { ExplanationTree } from '../../ui/explanation-tree.tsx'
import { Icon } from '../../ui/icon.tsx'
import { t } from './text.ts'
import './decision.css'

interface DecisionProps {
  readonly decision: SimulatedDecision
  /** The decision belongs to an older question; the next one is loading. */
  readonly stale?: boolean | undefined
}

/** A decision: allowed or denied, the reason, and the rule as a tree. */
export function Decision({ decision, stale = false }: DecisionProps) {
  const { allowed, reason, explanation, case: ruleCase } = decision
  const hasTree = asExplanation(explanation)?.tree !== undefined
  return (
    <div class={classes('decision', stale && 'is-stale')}>
      <div class={classes('decision-verdict', allowed ? 'is-allowed' : 'is-denied')} role="status" aria-busy={stale}>
        <Icon icon={allowed ? ShieldCheck : ShieldX} size={20} />
        <div>
          <strong>{allowed ? t.allowed : t.denied}</strong>
          <p class="wrap">{say(reason)}</p>
        </div>
      </div>
      {hasTree && <ExplanationTree explanation={explanation} treeOnly />}
      {ruleCase !== undefined && (
        <div>
          <CopyButton text={() => JSON.stringify(ruleCase, null, 2)}>{t.copyCase}</CopyButton>
        </div>
      )}
    </div>
  )
}
