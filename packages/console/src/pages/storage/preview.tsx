import { useEffect, useState } from 'preact/hooks'
import { Spinner } from '../../ui/spinner.tsx'
import { previewKind } from './file-kind.ts'
import { t } from './text.ts'

/** The most bytes of a text that are fetched and shown. */
const TEXT_BYTES = 256 * 1024

interface PreviewProps {
  /** Path and query on this server. */
  readonly url: string
  readonly contentType: string
  readonly size: number
  readonly name: string
}

/**
 * Shows a picture or plain text, or plays video or audio. Nothing else: HTML, SVG or PDF would be rendered in the origin of
 * the Console.
 */
export function Preview({ url, contentType, size, name }: PreviewProps) {
  const [broken, setBroken] = useState(false)
  const failed = () => setBroken(true)
  if (broken) return <p class="preview-none muted">{t.previewFailed}</p>
  switch (previewKind(contentType)) {
    case 'picture':
      return <img class="preview" src={url} alt={`${t.preview}: ${name}`} decoding="async" onError={failed} />
    case 'video':
      // biome-ignore lint/a11y/useMediaCaption: uploaded files have no captions
      return <video class="preview" src={url} controls preload="metadata" aria-label={name} onError={failed} />
    case 'audio':
      // biome-ignore lint/a11y/useMediaCaption: uploaded files have no captions
      return <audio class="preview-audio" src={url} controls preload="metadata" aria-label={name} onError={failed} />
    case 'text':
      return <TextPreview url={url} size={size} onFailed={failed} />
    case undefined:
      return <p class="preview-none muted">{t.noPreview}</p>
  }
}

interface TextPreviewProps {
  readonly url: string
  readonly size: number
  readonly onFailed: () => void
}

function TextPreview({ url, size, onFailed }: TextPreviewProps) {
  const [text, setText] = useState<string>()
  useEffect(() => {
    const controller = new AbortController()
    textOf(url, size, controller.signal).then(setText, () => {
      if (!controller.signal.aborted) onFailed()
    })
    return () => controller.abort()
  }, [url])
  if (text === undefined) return <Spinner block />
  return (
    <figure>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard */}
      <pre class="preview-text" role="region" tabIndex={0} aria-label={t.preview}>
        {text}
      </pre>
      {size > TEXT_BYTES && <figcaption class="muted small">{t.previewCut(TEXT_BYTES)}</figcaption>}
    </figure>
  )
}

async function textOf(url: string, size: number, signal: AbortSignal): Promise<string> {
  if (size === 0) return ''
  const response = await fetch(url, { headers: { range: `bytes=0-${TEXT_BYTES - 1}` }, credentials: 'omit', signal })
  if (!response.ok) throw new Error(String(response.status))
  return new TextDecoder().decode(await response.arrayBuffer())
}
