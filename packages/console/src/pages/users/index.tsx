import { KeyRound } from 'lucide'
import { useState } from 'preact/hooks'
import { setQuery } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchInput } from '../../ui/search-input.tsx'
import { Select } from '../../ui/select.tsx'
import { SplitView } from '../../ui/side-panel.tsx'
import { LoginMethods } from './login-methods.tsx'
import { t } from './text.ts'
import { type LoginType, useUsers } from './use-users.ts'
import { UserPanel } from './user-panel.tsx'
import { UserTable } from './user-table.tsx'
import './users.css'

const TYPES: readonly LoginType[] = ['ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN']

/** Who uses the app: find somebody, see the sessions, end them, block. Query members: search, type, uid. */
export default function UsersPage() {
  const { query } = useRoute()
  const [showMethods, setShowMethods] = useState(false)
  const { search = '', uid = '' } = query
  const loginType = TYPES.find((type) => type === query.type)
  const rows = useUsers({ search, loginType })
  const show = (next: string | undefined) => {
    // The first opens a place to come back from; going from one to the next does not.
    if (next !== uid) setQuery({ uid: next }, { replace: uid !== '' && next !== undefined })
  }
  return (
    <Page
      fill
      title={t.title}
      description={t.description}
      actions={
        <Button icon={KeyRound} onClick={() => setShowMethods(true)}>
          {t.methods}
        </Button>
      }
    >
      <div class="users-bar">
        <SearchInput
          class="users-search"
          label={t.search}
          placeholder={t.searchHint}
          value={search}
          onSearch={(text) => setQuery({ search: text.trim(), uid: undefined })}
        />
        <Select
          label={t.type}
          hideLabel
          value={loginType ?? 'ALL'}
          options={[{ value: 'ALL', label: t.anyType }, ...TYPES.map((value) => ({ value, label: t[value] }))]}
          onChange={(type) => setQuery({ type: type === 'ALL' ? undefined : type, uid: undefined })}
        />
      </div>
      <SplitView>
        <UserTable
          rows={rows}
          narrow={uid !== ''}
          filtered={search !== '' || loginType !== undefined}
          onShow={show}
          onShowAll={() => setQuery({ search: undefined, type: undefined })}
        />
        {uid !== '' && <UserPanel key={uid} uid={uid} onChange={rows.replace} onClose={() => show(undefined)} />}
      </SplitView>
      {showMethods && <LoginMethods onClose={() => setShowMethods(false)} />}
    </Page>
  )
}
