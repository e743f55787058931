import type { Finding } from '@cloudstead/admin-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Answer, type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { aclKey, type RulesTarget } from '../../data/rules-target.ts'
import { say } from '../../i18n/language.ts'
import type { Diagnostic } from '../../ui/code-marks.ts'

/** Milliseconds after the last key before the rules are checked. */
const PAUSE_MS = 250

/** The result of checking rules. */
export interface Check {
  /** The text that was checked; the other members are about it. */
  readonly text: string | undefined
  /** Whether the server would accept the text. */
  readonly valid: boolean
  readonly findings: readonly Finding[]
  readonly error: ApiError | undefined
  /** The findings as diagnostics for the editor. */
  readonly lint: (text: string) => Promise<readonly Diagnostic[]>
}

type Checked = Pick<Check, 'text' | 'valid' | 'findings' | 'error'>

interface Request {
  readonly text: string
  readonly answer: Promise<Answer<'checkRules'>>
}

const UNCHECKED: Checked = { text: undefined, valid: false, findings: [], error: undefined }

/** Checks a text after a pause in typing. Answers for an older text are dropped. */
export function useCheck(text: string, target: RulesTarget): Check {
  const [checked, setChecked] = useState<Checked>(UNCHECKED)
  // The editor needs the same check for its diagnostics, so both share a request.
  const last = useRef<Request | undefined>(undefined)
  const request = (current: string) => {
    if (last.current?.text === current) return last.current.answer
    const answer = call('checkRules', { body: { ...target, text: current } })
    last.current = { text: current, answer }
    return answer
  }
  useEffect(() => {
    let late = false
    const timer = setTimeout(() => {
      request(text).then(
        ({ valid, findings }) => {
          if (!late) setChecked({ text, valid, findings, error: undefined })
        },
        (thrown: unknown) => {
          // The next check sends a new request.
          if (last.current?.text === text) last.current = undefined
          if (!late && !isAbort(thrown)) setChecked({ ...UNCHECKED, text, error: toApiError(thrown) })
        },
      )
    }, PAUSE_MS)
    return () => {
      late = true
      clearTimeout(timer)
    }
  }, [text, aclKey(target)])
  return {
    ...checked,
    lint: async (current) => {
      const { findings } = await request(current).catch(() => ({ findings: [] }))
      // Notes are about the whole rule, so they are only listed, not marked in the text.
      return findings.filter(({ severity }) => severity !== 'note').map((finding) => diagnosticOf(finding, current))
    },
  }
}

function diagnosticOf({ severity, from = 0, to, message }: Finding, text: string): Diagnostic {
  return {
    from,
    to: to ?? (from === 0 ? text.length : from),
    severity: severity === 'error' ? 'error' : 'warning',
    message: say(message),
  }
}
