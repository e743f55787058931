import { Select } from '../../ui/select.tsx'
import { type EntryOrder, SORT_COLUMNS } from './entry-order.ts'
import { t } from './text.ts'

interface SortSelectProps {
  readonly order: EntryOrder
  readonly onChange: (order: EntryOrder) => void
}

/** The order of the list on phones, where the table has no room for the heads of all columns. */
export function SortSelect({ order, onChange }: SortSelectProps) {
  const options = SORT_COLUMNS.flatMap((column) =>
    [false, true].map((descending) => ({
      value: optionOf({ column, descending }),
      label: t.sortBy(t.columns[column], descending),
      order: { column, descending },
    })),
  )
  return (
    <Select
      class="only-phone"
      label={t.sort}
      hideLabel
      value={optionOf(order)}
      options={options}
      onChange={(value) => {
        const chosen = options.find((option) => option.value === value)
        if (chosen !== undefined) onChange(chosen.order)
      }}
    />
  )
}

function optionOf({ column, descending }: EntryOrder): string {
  return `${column} ${descending ? 'desc' : 'asc'}`
}
