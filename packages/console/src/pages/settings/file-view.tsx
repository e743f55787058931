import type { Settings } from '@cloudstead/admin-api'
import { FileX } from 'lucide'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { t } from './text.ts'

/** The configuration file, and how it works together with the Console. */
export function FileView({ file }: { readonly file: Settings['file'] }) {
  return (
    <Stack gap={5}>
      <Card title={t.fileTitle} description={t.fileText}>
        <Stack>
          <KeyValue
            items={[
              { label: t.filePath, value: <code>{file.path}</code>, copy: file.path, copyLabel: t.copyPath },
              file.exists && file.refused === undefined && file.loadedAt !== undefined
                ? { label: t.loaded, value: <Time at={file.loadedAt} /> }
                : undefined,
            ]}
          />
          {file.text !== undefined ? (
            <JsonText value={file.text} label={t.fileContent} />
          ) : (
            <EmptyState icon={FileX} title={t.noFile}>
              {t.noFileText}
            </EmptyState>
          )}
        </Stack>
      </Card>
      <Card title={t.howTitle}>
        <Stack>
          <ol class="settings-order">
            {t.how.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
          <p class="muted">{t.howKept}</p>
        </Stack>
      </Card>
    </Stack>
  )
}
