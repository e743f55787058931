import { Check, CircleDashed, CircleSlash, type IconNode, Minus, TriangleAlert, X } from 'lucide'
import { type Language, language, say } from '../i18n/language.ts'
import { texts } from '../i18n/texts.ts'
import { Badge } from './badge.tsx'
import { classes } from './classes.ts'
import { asExplanation, type ExplainedNode, type Outcome } from './explanation.ts'
import { Icon } from './icon.tsx'
import './explanation-tree.css'

const t = texts({
  en: {
    allowed: 'Allowed',
    denied: 'Denied',
    tree: 'The rule, part by part',
    decided: 'decided',
    needed: 'Needed',
    none: 'There is no explanation for this decision.',
  },
  zh: {
    allowed: '允许',
    denied: '拒绝',
    tree: '规则逐项求值',
    decided: '决定性',
    needed: '需要',
    none: '这个决定没有附带说明。',
  },
})

const OUTCOMES: Readonly<Record<Outcome, Readonly<Record<Language, string>> & { readonly icon: IconNode }>> = {
  true: { en: 'true', zh: '成立', icon: Check },
  false: { en: 'false', zh: '不成立', icon: X },
  undecided: { en: 'undecided', zh: '未决', icon: CircleDashed },
  missing: { en: 'missing', zh: '缺失', icon: CircleSlash },
  value: { en: 'value', zh: '值', icon: Minus },
  error: { en: 'error', zh: '出错', icon: TriangleAlert },
  skipped: { en: 'not evaluated', zh: '未求值', icon: Minus },
  open: { en: 'depends on the document', zh: '取决于文档', icon: CircleDashed },
}

interface ExplanationTreeProps {
  /** The `explanation` of a decision or a denial, as the server sent it. */
  readonly explanation: unknown
  /** Leave out the verdict and its reason, where they are shown elsewhere. */
  readonly treeOnly?: boolean | undefined
}

/** Why a request was allowed or denied: the rule as a tree of its parts with their results. The deciding parts stand out. */
export function ExplanationTree({ explanation, treeOnly = false }: ExplanationTreeProps) {
  const found = asExplanation(explanation)
  if (found === undefined) return <p class="muted">{t.none}</p>
  const { allowed, operation, target, reason, tree } = found
  return (
    <div class="explanation">
      {!treeOnly && (
        <div class="explanation-head">
          <p class="explanation-verdict">
            <Badge tone={allowed ? 'success' : 'danger'} icon={allowed ? Check : X}>
              {allowed ? t.allowed : t.denied}
            </Badge>
            <code class="wrap">
              {operation} {target}
            </code>
          </p>
          <p class="wrap">{say(reason)}</p>
        </div>
      )}
      {tree !== undefined && (
        <ul class="explanation-tree" aria-label={t.tree}>
          <Part node={tree} />
        </ul>
      )}
    </div>
  )
}

function Part({ node }: { readonly node: ExplainedNode }) {
  const { outcome, decided, source, why, needed } = node
  // A literal is its own value, and a part that was not evaluated has no results.
  const children =
    outcome === 'skipped' ? [] : node.children.filter(({ kind }) => kind !== 'literal' && kind !== 'array')
  const line = (
    <span class={classes('explanation-line', decided && isJudged(outcome) && 'has-decided')}>
      <Result node={node} />
      <code class="wrap">{source.replaceAll(/\s+/g, ' ')}</code>
    </span>
  )
  const notes = (why !== undefined || needed !== undefined) && (
    <div class="explanation-notes">
      {why !== undefined && <p class="wrap">{say(why)}</p>}
      {needed !== undefined && (
        <p class="wrap">
          <b>{t.needed}</b> {say(needed)}
        </p>
      )}
    </div>
  )
  return (
    <li class={`explanation-part is-${outcome}`}>
      {children.length === 0 ? (
        <div class="explanation-leaf">{line}</div>
      ) : (
        <details open>
          <summary>{line}</summary>
          <ul>
            {children.map((child, index) => (
              <Part key={index} node={child} />
            ))}
          </ul>
        </details>
      )}
      {notes}
    </li>
  )
}

function Result({ node: { outcome, value, decided } }: { readonly node: ExplainedNode }) {
  const known = OUTCOMES[outcome] ?? OUTCOMES.value
  const words = outcome === 'value' && value !== undefined ? say(value) : known[language()]
  return (
    <span class={`explanation-result is-${outcome}`}>
      <Icon icon={known.icon} size={13} />
      <span class="wrap">{words}</span>
      {decided && isJudged(outcome) && <span class="only-read">({t.decided})</span>}
    </span>
  )
}

/** Values do not decide by themselves; the comparison around them does. */
function isJudged(outcome: Outcome): boolean {
  return outcome !== 'value' && outcome !== 'missing'
}
