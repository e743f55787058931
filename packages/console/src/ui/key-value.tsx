import type { ComponentChildren } from 'preact'
import { CopyButton } from './copy-button.tsx'
import './key-value.css'

export interface KeyValueItem {
  readonly label: ComponentChildren
  /** Undefined: the whole line is left out. */
  readonly value: ComponentChildren
  /** A button that copies this text. */
  readonly copy?: string | undefined
  /** What the button copies; the label unless told. */
  readonly copyLabel?: string | undefined
}

export interface KeyValueProps {
  readonly items: readonly (KeyValueItem | undefined)[]
  /** Each value under its label, for narrow places. */
  readonly stacked?: boolean | undefined
}

/** What there is to know of a thing, name by name. */
export function KeyValue({ items, stacked = false }: KeyValueProps) {
  return (
    <dl class={stacked ? 'key-value is-stacked' : 'key-value'}>
      {items.map((item, index) =>
        item === undefined || item.value === undefined ? null : (
          <div key={index}>
            <dt>{item.label}</dt>
            <dd>
              <span class="wrap">{item.value}</span>
              {item.copy !== undefined && <CopyButton text={item.copy} label={item.copyLabel} />}
            </dd>
          </div>
        ),
      )}
    </dl>
  )
}
