import { Check, Copy } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { texts } from '../i18n/texts.ts'
import { Button, type ButtonProps } from './button.tsx'
import { IconButton } from './icon-button.tsx'
import { toast } from './toast.tsx'

const t = texts({
  en: { copy: 'Copy', copied: 'Copied', failed: 'The browser did not allow copying.' },
  zh: { copy: '复制', copied: '已复制', failed: '浏览器不允许复制。' },
})

interface CopyButtonProps {
  /** The text to copy, or a function that makes it. */
  readonly text: string | (() => string)
  /** The name of a button without words, such as "Copy the fileID". */
  readonly label?: string | undefined
  /** Words on the button. Without them it is a small square. */
  readonly children?: string | undefined
  readonly kind?: ButtonProps['kind']
}

/** Milliseconds for which the button shows "Copied". */
const COPIED_MS = 1_500

/** Copies a text to the clipboard. */
export function CopyButton({ text, label = t.copy, children, kind }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (event: Event) => {
    event.stopPropagation()
    if (await copyText(typeof text === 'string' ? text : text())) setCopied(true)
    else toast(t.failed, 'danger')
  }
  const icon = copied ? Check : Copy
  return (
    <>
      {children === undefined ? (
        <IconButton icon={icon} size="small" kind={kind ?? 'quiet'} label={copied ? t.copied : label} onClick={copy} />
      ) : (
        <Button icon={icon} size="small" kind={kind} onClick={copy}>
          {copied ? t.copied : children}
        </Button>
      )}
      <span class="only-read" role="status">
        {copied ? t.copied : ''}
      </span>
    </>
  )
}

/** Copies a text. Resolves to whether it worked. Works without https too, where browsers have no clipboard API. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'only-read'
  // A modal dialog makes everything outside it inert.
  const host = document.querySelector('dialog[open]:last-of-type') ?? document.body
  host.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (before instanceof HTMLElement) before.focus()
  return done
}
