import { signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Stack } from '../../ui/stack.tsx'
import { SafeName } from './safe-name.tsx'
import { t } from './text.ts'
import type { ClashAnswer } from './upload-queue.ts'

interface Answered {
  readonly answer: ClashAnswer
  readonly all: boolean
}

const pending = signal<{ readonly path: string; readonly answer: (answered: Answered) => void } | undefined>(undefined)

/** Asks what to do with a file whose name is taken. Rejects if `aborted` is aborted. */
export function askAboutClash(path: string, aborted: AbortSignal): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const close = () => {
      pending.value = undefined
      aborted.removeEventListener('abort', stop)
    }
    const stop = () => {
      close()
      reject(aborted.reason)
    }
    aborted.addEventListener('abort', stop)
    pending.value = {
      path,
      answer: (answered) => {
        close()
        resolve(answered)
      },
    }
  })
}

/** Shows the question. */
export function ClashDialog() {
  const question = pending.value
  return question === undefined ? null : <Question key={question.path} {...question} />
}

function Question({ path, answer }: NonNullable<typeof pending.value>) {
  const [all, setAll] = useState(false)
  const choose = (chosen: ClashAnswer) => () => answer({ answer: chosen, all })
  return (
    <Dialog
      title={t.clashTitle}
      size="small"
      role="alertdialog"
      onClose={choose('skip')}
      actions={
        <>
          <Button onClick={choose('skip')} autofocus>
            {t.clashSkip}
          </Button>
          <Button onClick={choose('both')}>{t.clashBoth}</Button>
          <Button kind="danger" onClick={choose('replace')}>
            {t.clashReplace}
          </Button>
        </>
      }
    >
      <Stack>
        <p>
          <SafeName name={path} clip={false} />
        </p>
        <p>{t.clashText}</p>
        <Checkbox label={t.clashAll} checked={all} onChange={setAll} />
      </Stack>
    </Dialog>
  )
}
