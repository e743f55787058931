import { useEffect, useRef, useState } from 'preact/hooks'
import type { Diagnostic } from './code-marks.ts'

/** Milliseconds after the last key before a text is checked. */
const PAUSE_MS = 300

/**
 * The diagnostics of a text, requested after a pause in typing. Answers for an older text are dropped. Until the new
 * answer arrives, the old diagnostics stay for the unchanged beginning of the text.
 */
export function useDiagnostics(
  text: string,
  lint: ((text: string) => Promise<readonly Diagnostic[]>) | undefined,
): readonly Diagnostic[] {
  const [found, setFound] = useState<{ readonly text: string; readonly diagnostics: readonly Diagnostic[] }>()
  const first = useRef(true)
  const hasLint = lint !== undefined
  useEffect(() => {
    if (lint === undefined) return setFound(undefined)
    let dropped = false
    const check = () => {
      lint(text).then(
        (diagnostics) => {
          if (!dropped) setFound({ text, diagnostics })
        },
        () => {
          // The caller of the editor shows the error.
          if (!dropped) setFound({ text, diagnostics: [] })
        },
      )
    }
    const timer = setTimeout(check, first.current ? 0 : PAUSE_MS)
    first.current = false
    return () => {
      dropped = true
      clearTimeout(timer)
    }
  }, [text, hasLint])
  if (found === undefined) return []
  if (found.text === text) return found.diagnostics
  const same = commonStart(found.text, text)
  return found.diagnostics.filter(({ to }) => to <= same)
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let at = 0
  while (at < most && a[at] === b[at]) at++
  return at
}
