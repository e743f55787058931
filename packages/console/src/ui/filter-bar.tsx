import { SearchInput, type SearchInputProps } from './search-input.tsx'
import { Select, type SelectProps } from './select.tsx'
import './filter-bar.css'

interface FilterBarProps<T extends string> {
  readonly search: SearchInputProps
  readonly choice: Pick<SelectProps<T>, 'label' | 'value' | 'options' | 'onChange'>
}

/** A search field and a select above a list. */
export function FilterBar<T extends string>({ search, choice }: FilterBarProps<T>) {
  return (
    <div class="filter-bar">
      <SearchInput class="filter-search" {...search} />
      <Select hideLabel {...choice} />
    </div>
  )
}
