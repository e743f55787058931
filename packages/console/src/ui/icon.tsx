import type { IconNode } from 'lucide'
import { h } from 'preact'
import './icon.css'

export interface IconProps {
  /** From lucide, by name: `import { Folder } from 'lucide'`. Only the icons that are imported reach the browser. */
  readonly icon: IconNode
  /** Pixels; 16 unless told. */
  readonly size?: number | undefined
  readonly class?: string | undefined
}

/** A line icon in the colour of the text. It says nothing to a screen reader: the words beside it do. */
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
