import type { AppUser } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { nameOfUser, ownerId, personOfUser } from '../../data/person.ts'
import { usePages } from '../../data/use-pages.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Person } from '../../ui/person.tsx'
import { SearchInput } from '../../ui/search-input.tsx'
import { Select } from '../../ui/select.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import type { CallerFields } from './question.ts'
import { t } from './text.ts'

interface PersonPickerProps<Who extends string> {
  readonly fields: CallerFields<Who>
  /** The kinds of callers to choose from. */
  readonly options: readonly Who[]
  readonly nameOf: (who: Who) => string
  readonly onChange: (changes: Partial<CallerFields<Who>>) => void
}

/** Chooses the caller of a request: nobody, an invented person, or a user of the environment. */
export function PersonPicker<Who extends string>({ fields, options, nameOf, onChange }: PersonPickerProps<Who>) {
  const { who, customId, openid, user } = fields
  return (
    <>
      <Select
        label={t.as}
        value={who}
        options={options.map((value) => ({ value, label: nameOf(value) }))}
        onChange={(chosen) => onChange({ who: chosen })}
      />
      {who === 'custom' && (
        <TextInput
          label={t.customId}
          mono
          maxLength={128}
          value={customId}
          onChange={(text) => onChange({ customId: text })}
        />
      )}
      {who === 'wechat' && (
        <TextInput
          label={t.openid}
          mono
          maxLength={120}
          value={openid}
          onChange={(text) => onChange({ openid: text })}
        />
      )}
      {who === 'user' &&
        (user === undefined ? (
          <UserSearch onChoose={(found) => onChange({ user: found })} />
        ) : (
          <div class="person-chosen">
            <span class="person-ids">
              <PersonIds user={user} />
            </span>
            <Button size="small" onClick={() => onChange({ user: undefined })}>
              {t.changeUser}
            </Button>
          </div>
        ))}
    </>
  )
}

/** The most users that fit below the field. */
const SHOWN = 6

function UserSearch({ onChoose }: { readonly onChoose: (user: AppUser) => void }) {
  const [search, setSearch] = useState('')
  const { rows, loading, error } = usePages<AppUser>({
    key: search,
    keepRows: true,
    keyOf: ({ uid }) => uid,
    load: (_, signal) =>
      call('listUsers', { query: { limit: SHOWN, ...(search === '' ? {} : { search }) } }, { signal }),
  })
  return (
    <div class="person-search">
      <SearchInput
        label={t.findUser}
        placeholder={t.findUserHint}
        value={search}
        onSearch={(text) => setSearch(text.trim())}
      />
      {error !== undefined && <ErrorNotice error={error} />}
      {rows.length === 0 && !loading && error === undefined && <p class="muted small">{t.noUser}</p>}
      <ul>
        {rows.map((user) => (
          <li key={user.uid}>
            <button type="button" class="person-ids" onClick={() => onChoose(user)}>
              <PersonIds user={user} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function PersonIds({ user }: { readonly user: AppUser }) {
  const owner = ownerId(personOfUser(user))
  return (
    <>
      <Person id={owner} name={nameOfUser(user)} whole />
      <span class="muted small wrap">
        {user.loginType}
        {owner !== user.uid && <> · uid {user.uid}</>}
      </span>
    </>
  )
}
