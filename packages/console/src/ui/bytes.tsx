import { formatBytes, formatNumber } from '../i18n/format.ts'

/** A size such as 1.5 MB. The tooltip has the exact number of bytes. */
export function Bytes({ value }: { readonly value: number }) {
  return (
    <span class="numbers" title={`${formatNumber(value)} B`}>
      {formatBytes(value)}
    </span>
  )
}
