import type { Progress } from '@cloudstead/admin-api'
import { FileUp } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, isAbort, toApiError } from '../../api/index.ts'
import { useUnsaved } from '../../app/use-unsaved.ts'
import { formatBytes } from '../../i18n/format.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Bytes } from '../../ui/bytes.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Dropzone } from '../../ui/dropzone.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { RadioGroup } from '../../ui/radio-group.tsx'
import { Select } from '../../ui/select.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { type Existing, importFile } from './import-file.ts'
import { ImportProblems } from './import-problems.tsx'
import { t } from './text.ts'
import { FORMATS, type Format, formatOf } from './transfer-format.ts'

interface ImportDialogProps {
  readonly collection: string
  /** `changed`: documents may have been imported. */
  readonly onClose: (changed: boolean) => void
}

interface Chosen {
  readonly file: File
  readonly format: Format
}

type State = 'choosing' | 'running' | 'cancelled' | 'finished' | 'failed'

const EXISTING: readonly Existing[] = ['refuse', 'skip', 'replace']
/** Bytes from the start of a file, to recognise its format. */
const BEGINNING = 4_096

/** Imports a file: chooses it, shows the progress, and lists what failed. */
export function ImportDialog({ collection, onClose }: ImportDialogProps) {
  const [chosen, setChosen] = useState<Chosen>()
  const [existing, setExisting] = useState<Existing>('refuse')
  const [state, setState] = useState<State>('choosing')
  const [sent, setSent] = useState(0)
  const [line, setLine] = useState<Progress>()
  const [error, setError] = useState<ApiError>()
  const abort = useRef<AbortController>(undefined)
  const input = useRef<HTMLInputElement>(null)
  const running = state === 'running'
  useUnsaved(running)
  useEffect(() => () => abort.current?.abort(), [])

  const choose = async (file: File | undefined) => {
    if (file === undefined) return
    const format = formatOf(file.name, await file.slice(0, BEGINNING).text())
    setChosen({ file, format })
    setState('choosing')
    setError(undefined)
    setLine(undefined)
  }
  const run = async ({ file, format }: Chosen) => {
    const controller = new AbortController()
    abort.current = controller
    setState('running')
    setSent(0)
    setLine(undefined)
    setError(undefined)
    const { signal } = controller
    try {
      // The server sends the problems once; a later line without them keeps them.
      const onLine = (next: Progress) => setLine((before) => ({ problems: before?.problems, ...next }) as Progress)
      await importFile({ collection, format, existing, file, signal, onSent: setSent, onLine })
      setState('finished')
    } catch (thrown) {
      if (isAbort(thrown)) return setState('cancelled')
      setError(toApiError(thrown))
      setState('failed')
    }
  }
  const over = state === 'cancelled' || state === 'finished' || state === 'failed'
  const close = () => onClose(over)
  const { done = 0, failed = 0, skipped = 0, problems = [] } = line ?? {}

  return (
    <Dialog
      title={t.importTitle(collection)}
      onClose={close}
      locked={running}
      actions={
        running ? (
          <Button onClick={() => abort.current?.abort()} autofocus>
            {t.cancel}
          </Button>
        ) : (
          <>
            <Button onClick={close}>{over ? t.close : t.cancel}</Button>
            {state !== 'finished' && (
              <Button kind="primary" disabled={chosen === undefined} onClick={() => chosen && void run(chosen)}>
                {t.importDo}
              </Button>
            )}
          </>
        )
      }
    >
      <Stack gap={5}>
        {!running && (
          <Dropzone label={t.dropFile} onFiles={([first]) => void choose(first?.file)}>
            <div class="import-choice">
              <input
                ref={input}
                type="file"
                hidden
                accept=".json,.jsonl,.ndjson,.csv,application/json,text/csv"
                onChange={(event) => {
                  void choose(event.currentTarget.files?.[0])
                  event.currentTarget.value = ''
                }}
              />
              <Row gap={3} wrap>
                <Button icon={FileUp} onClick={() => input.current?.click()} autofocus>
                  {chosen === undefined ? t.chooseFile : t.otherFile}
                </Button>
                {chosen !== undefined && (
                  <span class="wrap">
                    <bdi>{chosen.file.name}</bdi> <Bytes value={chosen.file.size} />
                  </span>
                )}
              </Row>
              <p class="muted small">{t.dropHint}</p>
            </div>
          </Dropzone>
        )}
        {chosen !== undefined && !running && !over && (
          <>
            <Select
              label={t.format}
              value={chosen.format}
              options={FORMATS.map((value) => ({ value, label: t.formats[value] }))}
              onChange={(format) => setChosen({ ...chosen, format })}
            />
            <RadioGroup
              label={t.existing}
              value={existing}
              options={EXISTING.map((value) => ({ value, label: t[value] }))}
              onChange={setExisting}
            />
          </>
        )}
        {running && chosen !== undefined && (
          <Stack gap={2}>
            <ProgressBar label={t.importRunning(chosen.file.name)} value={sent} max={chosen.file.size} />
            <p class="numbers muted">{t.sentOf(formatBytes(sent), formatBytes(chosen.file.size))}</p>
          </Stack>
        )}
        {state === 'cancelled' && (
          <Banner kind="warning" live>
            {t.importCancelled}
          </Banner>
        )}
        {error !== undefined && <ErrorNotice error={error} />}
        {(running || over) && line !== undefined && (
          <p class="import-counts numbers" role="status">
            <strong>{t.importDone(done)}</strong>
            {skipped > 0 && <span> · {t.importSkipped(skipped)}</span>}
            {failed > 0 && <span class="import-failed"> · {t.importFailed(failed)}</span>}
          </p>
        )}
        {problems.length > 0 && <ImportProblems problems={problems} failed={failed} />}
      </Stack>
    </Dialog>
  )
}
