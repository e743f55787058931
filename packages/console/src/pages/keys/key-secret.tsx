import { Check, Copy, Download } from 'lucide'
import { useState } from 'preact/hooks'
import { downloadText } from '../../api/index.ts'
import { session } from '../../app/session.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { copyText } from '../../ui/copy-button.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { keyFileName, keyText, keyUsageCode, type NewKey } from './new-key.ts'
import { t } from './text.ts'

interface KeySecretProps {
  readonly created: NewKey
  /** Called when the key was downloaded or copied. */
  readonly onSaved: () => void
}

/** A new key, which is shown only once. */
export function KeySecret({ created, onSaved }: KeySecretProps) {
  const [state, setState] = useState<'downloaded' | 'copied' | 'failed'>()
  const download = () => {
    downloadText(keyFileName(created), keyText(created))
    setState('downloaded')
    onSaved()
  }
  const copy = async () => {
    const copied = await copyText(keyText(created))
    setState(copied ? 'copied' : 'failed')
    if (copied) onSaved()
  }
  return (
    <Stack>
      <Banner kind="warning" title={t.once}>
        {t.onceText}
      </Banner>
      <div class="key-file">
        <JsonText label={t.file} value={keyText(created)} />
      </div>
      <Row wrap>
        <Button kind="primary" icon={state === 'downloaded' ? Check : Download} onClick={download} autofocus>
          {state === 'downloaded' ? t.downloaded : t.download}
        </Button>
        <Button icon={state === 'copied' ? Check : Copy} onClick={() => void copy()}>
          {state === 'copied' ? t.copied : t.copy}
        </Button>
        <span class="only-read" role="status">
          {state === 'downloaded' ? t.downloaded : state === 'copied' ? t.copied : ''}
        </span>
      </Row>
      {state === 'failed' && (
        <p class="field-error" role="alert">
          {t.copyFailed}
        </p>
      )}
      <Stack gap={2}>
        <h3>{t.use}</h3>
        <CodeBlock
          code={keyUsageCode(created, session()?.env ?? '', location.origin)}
          label={t.useLabel}
          copyLabel={t.copyUse}
        />
        {created.kind === 'api' && <p class="muted small">{t.otherwise}</p>}
      </Stack>
    </Stack>
  )
}
