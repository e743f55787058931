import type { StoredDocument } from '@cloudstead/admin-api'
import { History, Lightbulb, Search, X } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { examplesFor } from './query-examples.ts'
import { noteQuery, queriesOf } from './query-history.ts'
import { t } from './text.ts'

interface QueryBarProps {
  readonly collection: string
  readonly query: string
  /** The documents that the examples are made of. */
  readonly rows: readonly StoredDocument[]
  readonly onRun: (query: string) => void
}

/** The field for a query, with examples and recent queries. A typed query stays until it is run. */
export function QueryBar({ collection, query, rows, onRun }: QueryBarProps) {
  const [typed, setTyped] = useState(query)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => setTyped(query), [query, collection])
  useEffect(() => noteQuery(collection, query), [query, collection])
  const run = (text: string) => {
    setTyped(text)
    onRun(text.trim())
  }
  const put = (text: string) => {
    setTyped(text)
    input.current?.focus()
  }
  const recent = queriesOf(collection)
  const toItem = (text: string): MenuItem => ({ label: text, onSelect: () => run(text) })
  return (
    <form
      class="query-bar"
      onSubmit={(event) => {
        event.preventDefault()
        run(typed)
      }}
    >
      <TextInput
        class="query-field"
        label={t.query}
        hideLabel
        mono
        value={typed}
        placeholder={t.queryHint}
        title={t.queryHelp}
        inputRef={input}
        onChange={setTyped}
      />
      <Button type="submit" icon={Search}>
        {t.find}
      </Button>
      {(query !== '' || typed !== '') && <IconButton icon={X} label={t.clear} onClick={() => run('')} />}
      <Menu
        icon={Lightbulb}
        label={t.examples}
        items={[
          t.examples,
          ...examplesFor(rows).map(({ id, query: text }) => ({
            label: `${t[id]}: ${text}`,
            onSelect: () => put(text),
          })),
        ]}
      />
      <Menu
        icon={History}
        label={t.recent}
        items={[recent.length === 0 ? t.noRecent : t.recent, ...recent.map(toItem)]}
      />
    </form>
  )
}
