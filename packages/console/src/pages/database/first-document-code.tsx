import { CodeBlock } from '../../ui/code-block.tsx'
import { t } from './text.ts'

interface FirstDocumentCodeProps {
  readonly text: string
  readonly collection: string
}

/** The code with which an app adds a document by the official SDK. */
export function FirstDocumentCode({ text, collection }: FirstDocumentCodeProps) {
  const code = [
    `await app.database().collection('${collection}').add({`,
    '  images: [fileID],',
    '  updatedAt: app.database().serverDate(),',
    '})',
  ].join('\n')
  return (
    <div class="first-document">
      <p>{text}</p>
      <CodeBlock code={code} label={t.codeLabel} copyLabel={t.copyCode} />
    </div>
  )
}
