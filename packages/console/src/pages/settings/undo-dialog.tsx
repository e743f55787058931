import type { Setting, SettingChange } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { Stack } from '../../ui/stack.tsx'
import { toast } from '../../ui/toast.tsx'
import { rulesOf } from './groups.ts'
import { t } from './text.ts'
import type { LoadedSettings } from './use-settings.ts'

export interface UndoDialogProps {
  readonly change: SettingChange
  /** The setting as it is now; undefined: nothing says anything about it any more. */
  readonly setting: Setting | undefined
  readonly name: string
  readonly loaded: LoadedSettings
  readonly onClose: () => void
}

/** Asks, and saves the value that was there before a change. */
export function UndoDialog({ change, setting, name, loaded, onClose }: UndoDialogProps) {
  const { key, before } = change
  const undo = async () => {
    if (before === null) await loaded.reset(key)
    else if (setting?.kind === 'rules') await saveRules(key, before)
    else await loaded.save(key, JSON.parse(before) as unknown)
    loaded.reload()
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

/** Rules are saved as a text, so that their comments stay. */
async function saveRules(key: string, text: string): Promise<void> {
  const collection = rulesOf(key)
  const target = typeof collection === 'string' ? { collection } : {}
  const { version } = await call('getRules', { query: target })
  await call('saveRules', { body: { ...target, text, version } })
}
