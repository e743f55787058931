import { formatTime } from '../../i18n/format.ts'
import { timeOf } from './draft.ts'
import { Thumbnail } from './thumbnail.tsx'
import { cellText, filesOf, isObject, kindOf } from './values.ts'

/** The most thumbnails in a cell. */
const THUMBNAILS = 4

/** A value in a table: files as thumbnails, dates in the user's format, anything else as text. */
export function ValueCell({ value }: { readonly value: unknown }) {
  const files = filesOf(value)
  if (files.length > 0) {
    return (
      <span class="cell-files" title={files.join('\n')}>
        {files.slice(0, THUMBNAILS).map((fileId, index) => (
          <Thumbnail key={`${index} ${fileId}`} fileId={fileId} />
        ))}
        <span class="cell-text mono">{Array.isArray(value) ? `[${files.length}]` : cellText(value)}</span>
      </span>
    )
  }
  const kind = kindOf(value)
  if (value === undefined) return <span class="cell-missing">–</span>
  const text = cellText(value)
  switch (kind) {
    case 'date': {
      const iso = isObject(value) ? String(value.$date) : ''
      return (
        <time class="numbers" dateTime={iso} title={iso}>
          {formatTime(timeOf(iso) ?? 0)}
        </time>
      )
    }
    case 'text':
      return (
        <bdi class="cell-text" title={text}>
          {text}
        </bdi>
      )
    case 'null':
      return <span class="cell-missing">null</span>
    case 'number':
      return <span class="numbers">{text}</span>
    default:
      return (
        <bdi class="cell-text mono" title={text}>
          {text}
        </bdi>
      )
  }
}
