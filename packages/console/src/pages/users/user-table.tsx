import type { AppUser } from '@cloudstead/admin-api'
import { Ban, Users } from 'lucide'
import { useMemo } from 'preact/hooks'
import { session } from '../../app/session.ts'
import { nameOfUser, ownerId, personOfUser } from '../../data/person.ts'
import { language } from '../../i18n/language.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Person } from '../../ui/person.tsx'
import { Time } from '../../ui/time.tsx'
import type { VirtualColumn } from '../../ui/virtual-column.ts'
import { VirtualTable } from '../../ui/virtual-table.tsx'
import { loginCode } from './login-code.ts'
import { LoginTypeBadge } from './login-type-badge.tsx'
import { t } from './text.ts'
import type { Users as UserList } from './use-users.ts'

interface UserTableProps {
  readonly users: UserList
  readonly filtered: boolean
  /** Leave out some columns, because a panel is open beside the table. */
  readonly narrow: boolean
  readonly onShow: (uid: string) => void
  readonly onShowAll: () => void
}

/** The list of users. */
export function UserTable({ users, filtered, narrow, onShow, onShowAll }: UserTableProps) {
  const words = language()
  const columns = useMemo<readonly VirtualColumn<AppUser>[]>(() => {
    const all: VirtualColumn<AppUser>[] = [
      {
        id: 'uid',
        title: t.user,
        width: 'minmax(0, 3fr)',
        cell: (user) => <Person id={user.uid} name={nameOfUser(user)} />,
      },
      {
        id: 'type',
        title: t.type,
        width: '104px',
        cell: ({ loginType }) => <LoginTypeBadge type={loginType} />,
      },
      {
        id: 'ids',
        title: t.ids,
        width: 'minmax(0, 2fr)',
        notOnPhone: true,
        cell: (user) => <span class="mono">{otherId(user)}</span>,
      },
      {
        id: 'created',
        title: t.created,
        width: '136px',
        notOnPhone: true,
        cell: ({ createdAt }) => <Time at={createdAt} relative />,
      },
      {
        id: 'state',
        title: t.state,
        width: '96px',
        cell: ({ blocked }) =>
          blocked ? (
            <Badge tone="danger" icon={Ban}>
              {t.blocked}
            </Badge>
          ) : (
            <span class="muted">{t.active}</span>
          ),
      },
    ]
    return narrow ? all.filter(({ id }) => id !== 'ids' && id !== 'created') : all
  }, [words, narrow])
  const show = ({ uid }: AppUser) => onShow(uid)
  const { rows, hasMore, loading, error, loadMore, retry } = users
  const none = rows.length === 0 && !loading && error === undefined
  if (none && !filtered) return <NoUsers />
  return (
    <VirtualTable
      label={t.title}
      columns={columns}
      rows={rows}
      keyOf={({ uid }) => uid}
      hasMore={hasMore}
      loading={loading}
      onEndReached={loadMore}
      onActive={show}
      onOpen={show}
      empty={
        none && (
          <EmptyState icon={Users} title={t.nothingTitle} actions={<Button onClick={onShowAll}>{t.showAll}</Button>}>
            {t.nothingText}
          </EmptyState>
        )
      }
      foot={error !== undefined && <ErrorNotice error={error} onRetry={retry} />}
    />
  )
}

/** The openid or custom id, if it differs from the uid. */
function otherId(user: AppUser): string {
  const id = ownerId(personOfUser(user))
  return id === user.uid ? '' : id
}

/** Shown before the first login: the code for a login. */
function NoUsers() {
  return (
    <div class="users-none">
      <EmptyState icon={Users} title={t.noneTitle}>
        {t.noneText}
      </EmptyState>
      <CodeBlock code={loginCode(session()?.env ?? '', location.origin)} label={t.codeLabel} copyLabel={t.copyCode} />
    </div>
  )
}
