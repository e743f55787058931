import type { Setting } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { detailsOf } from '../../api/index.ts'
import { Link } from '../../app/link.tsx'
import { useAttempt } from '../../app/use-attempt.ts'
import { queryOfTarget, targetOfKey } from '../../data/rules-target.ts'
import { jsonFault } from '../../i18n/json-fault.ts'
import { say } from '../../i18n/language.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { SourceBadge } from '../../ui/source-badge.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Switch } from '../../ui/switch.tsx'
import { toast } from '../../ui/toast.tsx'
import { SettingControl } from './setting-control.tsx'
import { t } from './text.ts'
import { valueText } from './value-text.ts'
import { heldText, typedValue } from './values.ts'

interface SettingRowProps {
  readonly setting: Setting
  /** The path of the configuration file. */
  readonly file: string
  /** What was typed and not saved yet. */
  readonly draft: string | undefined
  /** A link points to this setting. */
  readonly wanted: boolean
  readonly onDraft: (text: string | undefined) => void
  readonly save: (value: unknown) => Promise<void>
  readonly reset: () => Promise<void>
}

/** A setting: its name and help, the source of its value, and the field to change it. */
export function SettingRow(props: SettingRowProps) {
  const { setting, file, draft, wanted, onDraft, save, reset } = props
  const { key, kind, locked, kept, refused, source } = setting
  const { busy, error, attempt, setError } = useAttempt()
  const [tried, setTried] = useState(false)
  const [editing, setEditing] = useState(false)
  const [turn, setTurn] = useState(0)
  const [resetting, setResetting] = useState(false)
  const row = useRef<HTMLFormElement>(null)
  const name = say(setting.title)
  const held = heldText(setting)
  const text = draft ?? held
  const typed = typedValue(kind, text)
  const changed = draft !== undefined && draft !== held
  // An invalid value is reported at the field. An error about a lock is dropped once the setting is unlocked.
  const invalid =
    kind !== 'boolean' && error?.code === 'INVALID_PARAM' ? (detailsOf(error) ?? say(error.text)) : undefined
  const obsolete = error?.code === 'CONSOLE_SETTING_LOCKED' && !locked
  const shownError = invalid !== undefined || obsolete ? undefined : error
  const problem = tried && changed && 'problem' in typed ? typed : undefined

  const fieldError = problem
    ? [t.problems[problem.problem], problem.detail && jsonFault(problem.detail)].filter(Boolean).join(' ')
    : invalid && t.refusedValue(invalid)

  // The pressed button may be gone, so the focus moves to the first control of the row.
  useEffect(() => {
    if (turn > 0) row.current?.querySelector<HTMLElement>('input, select, textarea, button, a')?.focus()
  }, [turn])
  const refocus = () => setTurn((before) => before + 1)

  const clear = () => {
    onDraft(undefined)
    setTried(false)
    setEditing(false)
    setError(undefined)
    refocus()
  }
  const put = (value: unknown) =>
    attempt(async () => {
      await save(value)
      clear()
      toast(t.saved(name))
    }).then(refocus)
  const edit = () => {
    setEditing(true)
    refocus()
  }
  const submit = () => {
    setTried(true)
    if (changed && 'value' in typed) void put(typed.value)
  }
  const confirmReset = async () => {
    await reset()
    setResetting(false)
    clear()
    toast(t.resetDone(name))
  }
  const canReset = source === 'console' || refused !== undefined
  const target = targetOfKey(key)
  return (
    <form
      ref={row}
      id={idOf(key)}
      class={classes('setting', wanted && 'is-wanted')}
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div class="setting-words">
        <Row wrap class="setting-title">
          <h3 tabIndex={-1}>{name}</h3>
          <SourceBadge source={source} set={setting.set} />
        </Row>
        {kind !== 'indexes' && <p class="muted small">{say(setting.help)}</p>}
        <code class="muted small wrap">{key}</code>
      </div>
      <Stack gap={2}>
        {locked || kind === 'rules' ? (
          <HeldValue setting={setting} name={name} />
        ) : kind === 'boolean' ? (
          <Row>
            <Switch
              label={name}
              hideLabel
              checked={setting.value === true}
              disabled={busy}
              onChange={(checked) => void put(checked)}
            />
            <span aria-hidden="true">{valueText(setting)}</span>
          </Row>
        ) : kind === 'indexes' && !editing && draft === undefined ? (
          <Row justify="between" class="setting-held">
            <span>{valueText(setting)}</span>
            <Button size="small" aria-expanded={false} onClick={edit}>
              {t.editIndexes}
            </Button>
          </Row>
        ) : (
          <SettingControl
            setting={setting}
            text={text}
            error={fieldError}
            onChange={(next) => {
              if (invalid !== undefined) setError(undefined)
              onDraft(next === held ? undefined : next)
            }}
          />
        )}
        {locked && (
          <p class="muted small wrap">
            {source === 'file'
              ? t.setByFile(fileName(file))
              : source === 'environment'
                ? t.setByEnvironment
                : t.onlyInFile(fileName(file))}
          </p>
        )}
        {locked && draft !== undefined && kind !== 'secret' && (
          <p class="small wrap">
            {t.notSaved} <code>{draft}</code>
          </p>
        )}
        {kept !== undefined && refused === undefined && (
          <KeptValue setting={setting} onForget={() => setResetting(true)} />
        )}
        {refused !== undefined && (
          <Banner kind="warning" title={t.setAside}>
            <p>{say(refused)}</p>
          </Banner>
        )}
        {shownError !== undefined && <ErrorNotice error={shownError} onDismiss={() => setError(undefined)} />}
        {error?.code === 'CONSOLE_CONFLICT' && <p class="small">{t.nowHolds(valueText(setting))}</p>}
        {(canReset || target !== undefined || (changed && !locked)) && (
          <Row wrap>
            {changed && !locked && (
              <>
                <Button type="submit" kind="primary" busy={busy}>
                  {t.save}
                </Button>
                <Button onClick={clear}>{t.discard}</Button>
              </>
            )}
            {target !== undefined && (
              <Link to="permissions" query={queryOfTarget(target)}>
                {t.openPermissions}
              </Link>
            )}
            {canReset && !changed && (
              <Button size="small" aria-label={t.resetOf(name)} onClick={() => setResetting(true)}>
                {t.reset}
              </Button>
            )}
          </Row>
        )}
      </Stack>
      {resetting && (
        <ConfirmDialog
          title={locked ? t.forgetTitle(name) : t.resetTitle(name)}
          confirmLabel={locked ? t.forget : t.reset}
          danger
          onConfirm={confirmReset}
          onClose={() => setResetting(false)}
        >
          <p>{locked ? t.forgetText : t.resetText}</p>
          {!locked && key.startsWith('database.') && <p>{t.resetCollection}</p>}
        </ConfirmDialog>
      )}
    </form>
  )
}

/** The last part of a path. The file view shows the whole path. */
function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path
}

/** The id of the row of a setting. */
export function idOf(key: string): string {
  return `setting-${key}`
}

/** A value that cannot be changed here. */
function HeldValue({ setting, name }: { readonly setting: Setting; readonly name: string }) {
  const { kind, text, secret, locked } = setting
  return (
    <Row class="setting-held">
      {kind === 'indexes' && text !== undefined ? (
        <pre class="setting-text">{text}</pre>
      ) : (
        <span class="wrap">{valueText(setting)}</span>
      )}
      {locked && !secret && text !== undefined && <CopyButton text={text} label={t.copyValue(name)} />}
    </Row>
  )
}

/** A saved value that is not in force. */
function KeptValue({ setting, onForget }: { readonly setting: Setting; readonly onForget: () => void }) {
  return (
    <div class="setting-kept">
      <p class="small wrap">
        {setting.secret ? t.keptSecret : t.kept} {!setting.secret && <code class="setting-text">{setting.kept}</code>}
      </p>
      <Button size="small" onClick={onForget}>
        {t.forget}
      </Button>
    </div>
  )
}
