import { useEffect, useRef, useState } from 'preact/hooks'
import type { Diagnostic } from './code-marks.ts'

/** Milliseconds after the last key before a text is judged. */
const PAUSE_MS = 300

/**
 * What there is to say about a text, asked when the writer pauses. An answer to an older text is dropped; until the new
 * one comes the old marks stay, as far as the text has not changed before them.
 */
export function useDiagnostics(
  text: string,
  lint: ((text: string) => Promise<readonly Diagnostic[]>) | undefined,
): readonly Diagnostic[] {
  const [found, setFound] = useState<{ readonly text: string; readonly diagnostics: readonly Diagnostic[] }>()
  const first = useRef(true)
  const asks = lint !== undefined
  useEffect(() => {
    if (lint === undefined) return setFound(undefined)
    let dropped = false
    const ask = () => {
      lint(text).then(
        (diagnostics) => {
          if (!dropped) setFound({ text, diagnostics })
        },
        () => {
          // Whoever asks for the judgement shows why there is none; the editor has nothing to add.
          if (!dropped) setFound({ text, diagnostics: [] })
        },
      )
    }
    const timer = setTimeout(ask, first.current ? 0 : PAUSE_MS)
    first.current = false
    return () => {
      dropped = true
      clearTimeout(timer)
    }
  }, [text, asks])
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
