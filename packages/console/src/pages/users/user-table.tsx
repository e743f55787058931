import type { AppUser } from '@cloudstead/admin-api'
import { Ban, Users } from 'lucide'
import { useMemo } from 'preact/hooks'
import { session } from '../../app/session.ts'
import { language } from '../../i18n/language.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Time } from '../../ui/time.tsx'
import { type VirtualColumn, VirtualTable } from '../../ui/virtual-table.tsx'
import { loginLines } from './login-lines.ts'
import { LoginTypeBadge } from './login-type-badge.tsx'
import { t } from './text.ts'
import type { UserRows } from './use-users.ts'

export interface UserTableProps {
  readonly rows: UserRows
  readonly filtered: boolean
  /** Only the columns that tell users apart: something stands beside the table. */
  readonly narrow: boolean
  readonly onShow: (uid: string) => void
  readonly onShowAll: () => void
}

export function UserTable({ rows, filtered, narrow, onShow, onShowAll }: UserTableProps) {
  const words = language()
  const columns = useMemo<readonly VirtualColumn<AppUser>[]>(() => {
    const all: VirtualColumn<AppUser>[] = [
      { id: 'uid', title: t.user, width: 'minmax(0, 3fr)', cell: ({ uid }) => <span class="mono">{uid}</span> },
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
  const none = rows.users.length === 0 && !rows.loading && rows.error === undefined
  if (none && !filtered) return <NoUsers />
  return (
    <VirtualTable
      label={t.title}
      columns={columns}
      rows={rows.users}
      keyOf={({ uid }) => uid}
      hasMore={rows.hasMore}
      loading={rows.loading}
      onEndReached={rows.loadMore}
      onActive={show}
      onOpen={show}
      empty={
        none && (
          <EmptyState icon={Users} title={t.nothingTitle} actions={<Button onClick={onShowAll}>{t.showAll}</Button>}>
            {t.nothingText}
          </EmptyState>
        )
      }
      foot={rows.error !== undefined && <ErrorNotice error={rows.error} onRetry={rows.loadMore} />}
    />
  )
}

/** The id beside the uid, where it is another one. */
function otherId({ uid, wechat, customUserId }: AppUser): string {
  const id = wechat?.openid ?? customUserId
  return id === undefined || id === uid ? '' : id
}

/** Before anybody has logged in: how somebody does. */
function NoUsers() {
  return (
    <div class="users-none">
      <EmptyState icon={Users} title={t.noneTitle}>
        {t.noneText}
      </EmptyState>
      <CodeBlock code={loginLines(session()?.env ?? '', location.origin)} label={t.codeLabel} copyLabel={t.copyCode} />
    </div>
  )
}
