import { KeyRound } from 'lucide'
import { useState } from 'preact/hooks'
import { setQuery, showDetail } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { Button } from '../../ui/button.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { Page } from '../../ui/page.tsx'
import { SplitView } from '../../ui/side-panel.tsx'
import { LoginMethods } from './login-methods.tsx'
import { t } from './text.ts'
import { type LoginType, useUsers } from './use-users.ts'
import { UserPanel } from './user-panel.tsx'
import { UserTable } from './user-table.tsx'
import './users.css'

const TYPES: readonly LoginType[] = ['ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN']

/** The users of the app: their sessions, and blocking them. Query members: `search`, `type`, and `uid` of the shown user. */
export default function UsersPage() {
  const { query } = useRoute()
  const [showMethods, setShowMethods] = useState(false)
  const { search = '', uid = '' } = query
  const loginType = TYPES.find((type) => type === query.type)
  const users = useUsers({ search, loginType })
  const show = (next: string | undefined) => showDetail('uid', uid, next)
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
      <FilterBar
        search={{
          label: t.search,
          placeholder: t.searchHint,
          value: search,
          onSearch: (text) => setQuery({ search: text.trim(), uid: undefined }),
        }}
        choice={{
          label: t.type,
          value: loginType ?? 'ALL',
          options: [{ value: 'ALL', label: t.anyType }, ...TYPES.map((value) => ({ value, label: t[value] }))],
          onChange: (type) => setQuery({ type: type === 'ALL' ? undefined : type, uid: undefined }),
        }}
      />
      <SplitView>
        <UserTable
          users={users}
          narrow={uid !== ''}
          filtered={search !== '' || loginType !== undefined}
          onShow={show}
          onShowAll={() => setQuery({ search: undefined, type: undefined })}
        />
        {uid !== '' && <UserPanel key={uid} uid={uid} onChange={users.replace} onClose={() => show(undefined)} />}
      </SplitView>
      {showMethods && <LoginMethods onClose={() => setShowMethods(false)} />}
    </Page>
  )
}
