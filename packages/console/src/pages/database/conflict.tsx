import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { Stack } from '../../ui/stack.tsx'
import { t } from './edit-text.ts'
import { merged } from './merged.ts'
import { textOf } from './use-draft.ts'
import type { JsonObject } from './values.ts'

interface ConflictProps {
  /** The document as it was when the reader began. */
  readonly seen: JsonObject
  /** The document as it is now. */
  readonly theirs: JsonObject
  /** What the reader made of it; undefined while something is wrong with it. */
  readonly mine: JsonObject | undefined
  readonly busy: boolean
  readonly onOverwrite: () => void
  readonly onTakeTheirs: () => void
  /** Given the document with what both changed, where that is possible. */
  readonly onKeepBoth: (both: JsonObject) => void
}

/** Somebody was faster: what they changed, and what saving over it would do. */
export function Conflict({ seen, theirs, mine, busy, onOverwrite, onTakeTheirs, onKeepBoth }: ConflictProps) {
  const both = mine && merged(seen, theirs, mine)
  return (
    <Banner
      kind="warning"
      live
      title={t.conflictTitle}
      actions={
        <>
          <Button size="small" onClick={onTakeTheirs}>
            {t.takeTheirs}
          </Button>
          {both !== undefined && (
            <Button size="small" kind="primary" busy={busy} onClick={() => onKeepBoth(both)}>
              {t.keepBoth}
            </Button>
          )}
          <Button size="small" kind="danger" busy={busy} disabled={mine === undefined} onClick={onOverwrite}>
            {t.overwrite}
          </Button>
        </>
      }
    >
      <Stack gap={2}>
        <p>{t.conflictText}</p>
        <DiffView label={t.conflictText} before={textOf(seen)} after={textOf(theirs)} />
        {mine !== undefined && (
          <>
            <p>{t.conflictYours}</p>
            <DiffView label={t.conflictYours} before={textOf(theirs)} after={textOf(mine)} />
          </>
        )}
      </Stack>
    </Banner>
  )
}
