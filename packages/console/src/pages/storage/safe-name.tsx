import { stemOf, visibleName } from './paths.ts'

/** Characters of an ending with its dot, in a table column. A longer one is cut like the rest of the name. */
const MAX_ENDING = 12

/**
 * Shows a name safely: left to right, so that its ending is at the end, and with invisible characters written out. Where
 * there is not enough room, the stem is cut: the ending says what the file is.
 */
export function SafeName({ name, clip = true }: { readonly name: string; readonly clip?: boolean }) {
  const shown = visibleName(name)
  if (!clip) {
    return (
      <bdi dir="ltr" class="safe-name wrap">
        {shown}
      </bdi>
    )
  }
  const stem = stemOf(shown)
  const ending = shown.slice(stem.length)
  const isShort = ending.length <= MAX_ENDING
  // The ending is part of the text, so that it is read and copied as one, but it is shown by the style sheet beside it.
  return (
    <bdi dir="ltr" class="safe-name clipped-name" title={shown} data-ending={isShort ? ending : ''}>
      <span class="clip">
        {isShort ? stem : shown}
        {isShort && <span class="ending">{ending}</span>}
      </span>
    </bdi>
  )
}
