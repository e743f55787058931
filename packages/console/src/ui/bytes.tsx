import { formatBytes, formatNumber } from '../i18n/format.ts'
import { language } from '../i18n/language.ts'

/** A size such as 1.5 MB; the exact number of bytes is its title. */
export function Bytes({ value }: { readonly value: number }) {
  return (
    <span class="numbers" title={`${formatNumber(value, language())} B`}>
      {formatBytes(value)}
    </span>
  )
}
