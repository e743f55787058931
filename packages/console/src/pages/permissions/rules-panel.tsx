import type { Rules } from '@cloudstead/admin-api'
import { History, LayoutTemplate, Save } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useUnsaved } from '../../app/use-unsaved.ts'
import { type Mode, presetOf, presetText } from '../../data/presets.ts'
import { aclKey, type RulesTarget, targetOf } from '../../data/rules-target.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { confirm } from '../../ui/confirm-dialog.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SourceBadge } from '../../ui/source-badge.tsx'
import { Row, Spring, Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import type { RulesScope } from './completions.ts'
import { HistoryDrawer } from './history-drawer.tsx'
import { ModeChoice } from './mode-choice.tsx'
import { takePendingEdit } from './pending-edit.ts'
import { ProblemList } from './problem-list.tsx'
import { ReviewDialog } from './review-dialog.tsx'
import { RulesEditor } from './rules-editor.tsx'
import { Simulator } from './simulator.tsx'
import { templatesOf } from './templates.ts'
import { TemplatesDialog } from './templates-dialog.tsx'
import { nameOfTarget, t } from './text.ts'
import { useCheck } from './use-check.ts'

interface RulesPanelProps {
  readonly rules: Rules
  readonly scope: RulesScope
  readonly onSaved: (rules: Rules) => void
}

type Open = 'review' | 'templates' | 'history'

/** The rules of files, of a collection or of functions: the mode, the editor, the simulator, saving and the history. */
export function RulesPanel({ rules, scope, onSaved }: RulesPanelProps) {
  const { locked } = rules
  const target = targetOf(rules)
  const { kind } = scope
  // The rules that the text is compared with. Others may save while the user edits.
  const [base, setBase] = useState(rules)
  const [text, setText] = useState(() => takePendingEdit(target) ?? rules.text)
  const [open, setOpen] = useState<Open>()
  const custom = useRef(presetOf(text) === undefined ? text : undefined)
  const check = useCheck(text, target)
  const mode: Mode = presetOf(text) ?? 'CUSTOM'
  const dirty = text !== base.text
  useUnsaved(dirty && !locked)
  useEffect(() => {
    // The rules changed elsewhere, such as in the file. Unsaved edits are kept.
    if (rules.version === base.version) return
    if (!dirty) setText(rules.text)
    setBase(rules)
  }, [rules.version])
  const edit = (next: string) => {
    setText(next)
    if (presetOf(next) === undefined) custom.current = next
  }
  const choose = (chosen: Mode) => {
    if (chosen !== 'CUSTOM') return setText(presetText(chosen))
    const [first] = templatesOf(kind)
    edit(custom.current ?? first?.text ?? '')
  }
  const saved = (now: Rules) => {
    setOpen(undefined)
    setBase(now)
    setText(now.text)
    toast(t.saved)
    onSaved(now)
  }
  const follow = (theirs: Rules, next: string) => {
    setOpen(undefined)
    setBase(theirs)
    edit(next)
    onSaved(theirs)
  }
  const discard = async () => {
    if (await confirm({ title: t.discardTitle, children: t.discardText, confirmLabel: t.discard, danger: true }))
      edit(base.text)
  }
  const known = check.text === text && check.error === undefined
  return (
    <Stack>
      <Notices rules={base} onEdit={edit} />
      <Card
        title={nameOfTarget(target)}
        actions={
          <>
            <SourceBadge source={base.source} />
            <Button size="small" icon={History} onClick={() => setOpen('history')}>
              {t.history}
            </Button>
          </>
        }
      >
        {kind === 'functions' ? (
          <p class="muted">{t.functionsText}</p>
        ) : (
          <Stack>
            <ModeChoice of={kind} mode={mode} onChange={choose} />
            {mode !== 'CUSTOM' && <ProblemList text={text} check={check} />}
          </Stack>
        )}
      </Card>
      <div class={mode === 'CUSTOM' ? 'rules-work' : undefined}>
        {mode === 'CUSTOM' && (
          <Card
            title={t.rules}
            actions={
              <Button size="small" icon={LayoutTemplate} onClick={() => setOpen('templates')}>
                {t.templates}
              </Button>
            }
          >
            <RulesEditor
              text={text}
              onChange={edit}
              check={check}
              scope={scope}
              onSave={() => dirty && !locked && setOpen('review')}
            />
          </Card>
        )}
        <Simulator target={target} text={text} valid={known ? check.valid : undefined} />
      </div>
      {dirty && (
        <div class="save-bar">
          <Row wrap>
            <Badge tone="warning">{locked ? t.trying : t.unsaved}</Badge>
            <Spring />
            <Button size={locked ? 'small' : undefined} onClick={() => void discard()}>
              {t.discard}
            </Button>
            {locked ? (
              <CopyButton text={() => fileText(target, text)} kind="primary">
                {t.copyForFile}
              </CopyButton>
            ) : (
              <Button kind="primary" icon={Save} onClick={() => setOpen('review')}>
                {t.review}
              </Button>
            )}
          </Row>
        </div>
      )}
      {open === 'review' && (
        <ReviewDialog
          rules={base}
          text={text}
          check={check}
          onSaved={saved}
          onTheirs={(theirs) => follow(theirs, text)}
          onTakeTheirs={(theirs) => follow(theirs, theirs.text)}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === 'templates' && (
        <TemplatesDialog
          of={kind}
          onUse={(chosen) => {
            edit(chosen)
            setOpen(undefined)
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === 'history' && (
        <HistoryDrawer
          target={target}
          onUndo={(former) => {
            edit(former)
            setOpen(undefined)
            toast(t.undone)
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Stack>
  )
}

/** Notices about rules that the configuration file sets, and about saved rules that are not in force. */
function Notices({ rules, onEdit }: { readonly rules: Rules; readonly onEdit: (text: string) => void }) {
  const { locked, file = '', kept } = rules
  return (
    <>
      {locked && (
        <Banner kind="warning" title={t.lockedTitle}>
          {t.locked(file, aclKey(targetOf(rules)))}
        </Banner>
      )}
      {kept !== undefined && (
        <Banner
          title={t.kept}
          actions={
            <Button size="small" onClick={() => onEdit(kept)}>
              {t.showKept}
            </Button>
          }
        >
          <pre class="template-text">{kept}</pre>
        </Banner>
      )}
    </>
  )
}

/** The rules as a part of the configuration file, with the keys around them. */
function fileText({ collection, functions }: RulesTarget, text: string): string {
  const acl = text.trim()
  const indented = (by: string) => acl.replaceAll('\n', `\n${by}`)
  if (functions) return `"functions": {\n  "rules": ${indented('  ')}\n}`
  if (collection === undefined) return `"storage": {\n  "acl": ${indented('  ')}\n}`
  return `"database": {\n  "collections": {\n    ${JSON.stringify(collection)}: {\n      "acl": ${indented('      ')}\n    }\n  }\n}`
}
