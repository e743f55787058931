import { CodeBlock } from '../../ui/code-block.tsx'
import { addLines } from './sdk-lines.ts'
import { t } from './text.ts'

/** How an app adds the first document. */
export function EmptyLines({ text, collection }: { readonly text: string; readonly collection: string }) {
  return (
    <div class="empty-lines">
      <p>{text}</p>
      <CodeBlock code={addLines(collection)} label={t.codeLabel} copyLabel={t.copyCode} />
    </div>
  )
}
