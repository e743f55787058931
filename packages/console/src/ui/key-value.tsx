import type { ComponentChildren } from 'preact'
import { CopyButton } from './copy-button.tsx'
import './key-value.css'

interface KeyValueItem {
  readonly label: ComponentChildren
  /** Undefined leaves out the item. */
  readonly value: ComponentChildren
  /** The text of a copy button. */
  readonly copy?: string | undefined
  /** The name of the copy button. */
  readonly copyLabel?: string | undefined
}

interface KeyValueProps {
  readonly items: readonly (KeyValueItem | undefined)[]
  /** Each value below its label, for narrow places. */
  readonly stacked?: boolean | undefined
}

/** A list of labels and values. */
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
