import type { Key } from '@cloudstead/admin-api'
import { KeyRound, Plus } from 'lucide'
import { useState } from 'preact/hooks'
import { useAttempt } from '../../app/use-attempt.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Table, type TableColumn } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { CreateApiDialog } from './create-api-dialog.tsx'
import { isOwnKey } from './is-own-key.ts'
import { madeBy } from './made-by.ts'
import { createKey, type NewKey } from './new-key.ts'
import { NewKeyDialog } from './new-key-dialog.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'
import { RotateDialog } from './rotate-dialog.tsx'
import { AREAS, choiceOf } from './scopes.ts'
import { byText } from './security-log.tsx'
import { t } from './text.ts'

interface KeySectionProps {
  readonly kind: Key['kind']
  /** The keys of all kinds. */
  readonly all: readonly Key[]
  /** Called when keys were created or revoked. */
  readonly onChange: () => void
}

/** The keys of one kind, with creating, replacing and revoking them. */
export function KeySection({ kind, all, onChange }: KeySectionProps) {
  const keys = all.filter((key) => key.kind === kind)
  const [asking, setAsking] = useState(false)
  const [created, setCreated] = useState<NewKey>()
  const [revoking, setRevoking] = useState<Key>()
  const [rotating, setRotating] = useState<Key>()
  const { busy, error, attempt } = useAttempt()
  const take = (key: NewKey) => {
    setAsking(false)
    setCreated(key)
    onChange()
  }
  const create = () => (kind === 'api' ? setAsking(true) : void attempt(async () => take(await createKey(kind))))
  const columns: readonly TableColumn<Key>[] = [
    {
      id: 'id',
      title: t.id,
      isHeader: true,
      cell: (key) => (
        <Stack gap={1}>
          <Row gap={1} wrap>
            <span class="mono wrap">{key.id}</span>
            <CopyButton text={key.id} label={t.copyId} />
            {isOwnKey(key) && <Badge tone="accent">{t.yours}</Badge>}
          </Row>
          <span class="muted small wrap">{aboutText(key)}</span>
        </Stack>
      ),
    },
    {
      id: 'created',
      title: t.created,
      width: '200px',
      cell: ({ createdAt }) => (
        <span class="key-time">
          <Time at={createdAt} />
        </span>
      ),
      notOnPhone: true,
    },
    {
      id: 'actions',
      title: t.actions,
      hideTitle: true,
      align: 'end',
      cell: (key) => (
        <Row justify="end" wrap>
          <Button size="small" aria-label={`${t.rotate} ${key.id}`} onClick={() => setRotating(key)}>
            {t.rotate}
          </Button>
          <Button size="small" aria-label={`${t.revoke} ${key.id}`} onClick={() => setRevoking(key)}>
            {t.revoke}
          </Button>
        </Row>
      ),
    },
  ]
  const login = kind === 'login'
  return (
    <Card
      flush
      title={login ? t.loginTitle : t.apiTitle}
      description={login ? t.loginText : t.apiText}
      actions={
        <Button icon={Plus} busy={busy} onClick={create}>
          {login ? t.createLogin : t.createApi}
        </Button>
      }
    >
      {error !== undefined && (
        <div class="key-error">
          <ErrorNotice error={error} />
        </div>
      )}
      <Table
        label={login ? t.loginTitle : t.apiTitle}
        columns={columns}
        rows={keys}
        keyOf={({ id }) => id}
        empty={
          <EmptyState icon={KeyRound} title={login ? t.loginNone : t.apiNone}>
            {login ? t.loginNoneText : t.apiNoneText}
          </EmptyState>
        }
      />
      {asking && <CreateApiDialog onClose={() => setAsking(false)} onCreated={take} />}
      {created !== undefined && <NewKeyDialog created={created} onClose={() => setCreated(undefined)} />}
      {revoking !== undefined && (
        <RevokeDialog
          revoking={revoking}
          made={madeBy(all, revoking.id)}
          onClose={() => setRevoking(undefined)}
          onRevoked={() => {
            setRevoking(undefined)
            onChange()
          }}
        />
      )}
      {rotating !== undefined && (
        <RotateDialog old={rotating} all={all} onChange={onChange} onClose={() => setRotating(undefined)} />
      )}
    </Card>
  )
}

/** What a key may do, and who created it. */
function aboutText({ kind, scopes, by }: Key): string {
  const parts = [...(kind === 'api' ? [scopesText(scopes)] : []), ...(by === undefined ? [] : [t.madeBy(byText(by))])]
  return parts.join(' · ')
}

function scopesText(scopes: readonly string[] | undefined): string {
  if (scopes === undefined) return t.everything
  const choice = choiceOf(scopes)
  return t.scopes(
    AREAS.filter((area) => choice[area] !== 'none').map((area) => t.scope(t.areas[area], t.accesses[choice[area]])),
  )
}
