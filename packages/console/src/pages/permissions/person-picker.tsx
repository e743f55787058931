import type { AppUser } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { SearchInput } from '../../ui/search-input.tsx'
import { Select } from '../../ui/select.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import { type Fields, ownerId, personOfUser, WHO } from './question.ts'
import { t } from './text.ts'

export interface PersonPickerProps {
  readonly fields: Fields
  readonly onChange: (changes: Partial<Fields>) => void
}

/** As whom the rules are asked: nobody, somebody made up, or a user that there is. */
export function PersonPicker({ fields, onChange }: PersonPickerProps) {
  const { who, customId, openid, user } = fields
  return (
    <>
      <Select
        label={t.as}
        value={who}
        options={WHO.map((value) => ({ value, label: t.who[value] }))}
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
      {who === 'user' && <UserSearch chosen={user} onChoose={(found) => onChange({ user: found })} />}
    </>
  )
}

interface UserSearchProps {
  readonly chosen: AppUser | undefined
  readonly onChoose: (user: AppUser | undefined) => void
}

/** As many as fit below the field. */
const SHOWN = 6

function UserSearch({ chosen, onChoose }: UserSearchProps) {
  const [search, setSearch] = useState('')
  const [found, setFound] = useState<readonly AppUser[]>()
  const [error, setError] = useState<ApiError>()
  useEffect(() => {
    if (chosen !== undefined) return
    const controller = new AbortController()
    const query = { limit: SHOWN, ...(search === '' ? {} : { search }) }
    call('listUsers', { query }, { signal: controller.signal }).then(
      ({ items }) => {
        setFound(items)
        setError(undefined)
      },
      (thrown: unknown) => {
        if (!isAbort(thrown)) setError(toApiError(thrown))
      },
    )
    return () => controller.abort()
  }, [search, chosen])
  if (chosen !== undefined) {
    return (
      <div class="person-chosen">
        <span class="person-ids">
          <PersonIds user={chosen} />
        </span>
        <Button size="small" onClick={() => onChoose(undefined)}>
          {t.changeUser}
        </Button>
      </div>
    )
  }
  return (
    <div class="person-search">
      <SearchInput
        label={t.findUser}
        placeholder={t.findUserHint}
        value={search}
        onSearch={(text) => setSearch(text.trim())}
      />
      {error !== undefined && <ErrorNotice error={error} />}
      {found?.length === 0 && <p class="muted small">{t.noUser}</p>}
      <ul>
        {found?.map((user) => (
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
      <span class="mono wrap">{owner}</span>
      <span class="muted small wrap">
        {user.loginType}
        {owner !== user.uid && <> · uid {user.uid}</>}
      </span>
    </>
  )
}
