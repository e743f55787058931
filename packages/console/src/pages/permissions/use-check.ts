import type { Finding } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Answer, type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { say } from '../../i18n/language.ts'
import type { Diagnostic } from '../../ui/code-editor.tsx'

/** Milliseconds after the last key before the rules are checked. */
const PAUSE_MS = 250

/** What there is to say about rules while they are written. */
export interface Check {
  /** The text that was checked last; what follows is about it. */
  readonly text: string | undefined
  /** Whether the server would accept it. */
  readonly valid: boolean
  readonly findings: readonly Finding[]
  readonly error: ApiError | undefined
  /** The findings as marks in the editor. */
  readonly lint: (text: string) => Promise<readonly Diagnostic[]>
}

type Checked = Pick<Check, 'text' | 'valid' | 'findings' | 'error'>

interface Asked {
  readonly text: string
  readonly answer: Promise<Answer<'checkRules'>>
}

const UNCHECKED: Checked = { text: undefined, valid: false, findings: [], error: undefined }

/** Checks a text when the writer pauses. An answer about an older text is dropped. */
export function useCheck(text: string, collection: string | undefined): Check {
  const [checked, setChecked] = useState<Checked>(UNCHECKED)
  // The editor asks about the same text for its marks: one question serves both.
  const asked = useRef<Asked | undefined>(undefined)
  const ask = (about: string) => {
    if (asked.current?.text === about) return asked.current.answer
    const answer = call('checkRules', { body: bodyOf(about, collection) })
    asked.current = { text: about, answer }
    return answer
  }
  useEffect(() => {
    let late = false
    const timer = setTimeout(() => {
      ask(text).then(
        ({ valid, findings }) => {
          if (!late) setChecked({ text, valid, findings, error: undefined })
        },
        (thrown: unknown) => {
          // The next look asks anew.
          if (asked.current?.text === text) asked.current = undefined
          if (!late && !isAbort(thrown)) setChecked({ ...UNCHECKED, text, error: toApiError(thrown) })
        },
      )
    }, PAUSE_MS)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [text, collection])
  return {
    ...checked,
    lint: async (about) => {
      const { findings } = await ask(about).catch(() => ({ findings: [] }))
      // A note is true of the whole rule and no fault of any part of it: the list has it, the text is not marked.
      return findings.filter(({ severity }) => severity !== 'note').map((finding) => diagnosticOf(finding, about))
    },
  }
}

function bodyOf(text: string, collection: string | undefined) {
  return collection === undefined ? { text } : { text, collection }
}

function diagnosticOf({ severity, from = 0, to, message }: Finding, text: string): Diagnostic {
  return {
    from,
    to: to ?? (from === 0 ? text.length : from),
    severity: severity === 'error' ? 'error' : 'warning',
    message: say(message),
  }
}
