import { Download } from 'lucide'
import { useState } from 'preact/hooks'
import { addressOfFile, download } from '../../api/index.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { RadioGroup } from '../../ui/radio-group.tsx'
import { Stack } from '../../ui/stack.tsx'
import { t } from './text.ts'
import { FORMATS, type Format } from './transfer-format.ts'

interface ExportDialogProps {
  readonly collection: string
  readonly query: string
  readonly onClose: () => void
}

/** Downloads the documents of a collection: all of them, or those that match the query. */
export function ExportDialog({ collection, query, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState<Format>('json')
  const [scope, setScope] = useState<'query' | 'all'>(query === '' ? 'all' : 'query')
  const save = () => {
    const filter = { format, ...(scope === 'query' ? { query } : {}) }
    download(
      addressOfFile('exportDocuments', { params: { name: collection }, query: filter }),
      `${collection}.${format}`,
    )
    onClose()
  }
  return (
    <FormDialog
      title={t.exportTitle(collection)}
      submitLabel={t.exportDo}
      icon={Download}
      onSubmit={save}
      onClose={onClose}
    >
      <Stack gap={5}>
        <RadioGroup
          label={t.format}
          value={format}
          options={FORMATS.map((value) => ({ value, label: t.formats[value], hint: t.formatHints[value] }))}
          onChange={setFormat}
        />
        {query !== '' && (
          <RadioGroup
            label={t.scope}
            value={scope}
            options={[
              { value: 'query', label: t.scopeQuery, hint: <code class="wrap">{query}</code> },
              { value: 'all', label: t.scopeAll },
            ]}
            onChange={setScope}
          />
        )}
      </Stack>
    </FormDialog>
  )
}
