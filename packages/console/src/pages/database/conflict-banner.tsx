import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { DiffView } from '../../ui/diff-view.tsx'
import { Stack } from '../../ui/stack.tsx'
import { t } from './edit-text.ts'
import { mergeDocuments } from './merge-documents.ts'
import { textOf } from './use-draft.ts'
import type { JsonObject } from './values.ts'

interface ConflictBannerProps {
  /** The document as it was before both changes. */
  readonly base: JsonObject
  /** The document as it is now on the server. */
  readonly theirs: JsonObject
  /** The document as the user edited it; undefined while it is invalid. */
  readonly mine: JsonObject | undefined
  readonly busy: boolean
  readonly onOverwrite: () => void
  readonly onTakeTheirs: () => void
  /** Called with the merged document. */
  readonly onKeepBoth: (both: JsonObject) => void
}

/** Somebody else saved the document meanwhile: shows their changes, and what saving over them would change. */
export function ConflictBanner(props: ConflictBannerProps) {
  const { base, theirs, mine, busy, onOverwrite, onTakeTheirs, onKeepBoth } = props
  const both = mine && mergeDocuments(base, theirs, mine)
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
        <DiffView label={t.conflictText} before={textOf(base)} after={textOf(theirs)} />
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
