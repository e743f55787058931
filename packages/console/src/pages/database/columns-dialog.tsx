import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Stack } from '../../ui/stack.tsx'
import { type ColumnChoice, shownFields } from './columns.ts'
import { t } from './text.ts'

interface ColumnsDialogProps {
  readonly fields: readonly string[]
  readonly choice: ColumnChoice
  readonly onChange: (choice: ColumnChoice) => void
  readonly onClose: () => void
}

/** Chooses the fields that have a column, with immediate effect. */
export function ColumnsDialog({ fields, choice, onChange, onClose }: ColumnsDialogProps) {
  const shown = new Set(shownFields(fields, choice))
  return (
    <Dialog
      title={t.columnsTitle}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => onChange(Object.fromEntries(fields.map((name) => [name, true])))}>
            {t.allColumns}
          </Button>
          <Button kind="primary" onClick={onClose}>
            {t.close}
          </Button>
        </>
      }
    >
      <Stack gap={3}>
        <p class="muted">{t.columnsHint}</p>
        <Stack gap={1}>
          {fields.map((name) => (
            <Checkbox
              key={name}
              label={<bdi class="mono wrap">{name}</bdi>}
              checked={shown.has(name)}
              disabled={name === '_id'}
              onChange={(checked) => onChange({ ...choice, [name]: checked })}
            />
          ))}
        </Stack>
      </Stack>
    </Dialog>
  )
}
