import type { SettingChange } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { FILES, targetOfKey } from '../../data/rules-target.ts'
import type { LoadedSettings } from '../../data/use-settings.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import { t } from './text.ts'

interface UndoDialogProps {
  readonly change: SettingChange
  /** The name of the setting. */
  readonly name: string
  readonly settings: LoadedSettings
  readonly onClose: () => void
}

/** Asks, and saves the value from before a change. */
export function UndoDialog({ change, name, settings, onClose }: UndoDialogProps) {
  const { key, before } = change
  const setting = settings.setting(key)
  const undo = async () => {
    if (before === null) await settings.reset(key)
    else if (setting?.kind === 'rules') await saveRules(key, before)
    else await settings.save(key, JSON.parse(before) as unknown)
    settings.reload()
    toast(t.undoDone(name))
    onClose()
  }
  return (
    <ConfirmDialog title={t.undoTitle(name)} confirmLabel={t.undo} onConfirm={undo} onClose={onClose}>
      <Stack>
        <p>{before === null ? t.undoReset : t.undoText}</p>
        {before !== null && <DiffView label={t.undoChanges} before={setting?.text ?? ''} after={before} />}
      </Stack>
    </ConfirmDialog>
  )
}

/** Saves rules as text, to keep their comments. */
async function saveRules(key: string, text: string): Promise<void> {
  const target = targetOfKey(key) ?? FILES
  const { version } = await call('getRules', { query: target })
  await call('saveRules', { body: { ...target, text, version } })
}
