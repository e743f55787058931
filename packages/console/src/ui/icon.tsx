import type { IconNode } from 'lucide'
import { h } from 'preact'
import './icon.css'

interface IconProps {
  /** An icon of lucide: `import { Folder } from 'lucide'`. Only imported icons are bundled. */
  readonly icon: IconNode
  /** Pixels. Default: 16. */
  readonly size?: number | undefined
  readonly class?: string | undefined
}

/** A line icon in the colour of the text. Hidden from screen readers, which read the words beside it. */
export function Icon({ icon, size = 16, class: name }: IconProps) {
  return (
    <svg
      class={name === undefined ? 'icon' : `icon ${name}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {icon.map(([tag, attributes], index) => h(tag, { key: index, ...(attributes as Record<string, string>) }))}
    </svg>
  )
}
