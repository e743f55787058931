import type { Setting, Settings } from '@cloudstead/admin-api'
import { Database } from 'lucide'
import { useEffect } from 'preact/hooks'
import { Link } from '../../app/link.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Stack } from '../../ui/stack.tsx'
import { grouped } from './groups.ts'
import { idOf, SettingRow } from './setting-row.tsx'
import { t } from './text.ts'
import type { LoadedSettings } from './use-settings.ts'

/** What was typed and not saved, by the key of the setting. */
export type Drafts = Readonly<Record<string, string>>

export interface ValuesViewProps {
  readonly settings: Settings
  readonly loaded: LoadedSettings
  readonly drafts: Drafts
  readonly onDraft: (key: string, text: string | undefined) => void
  /** The setting that the reader was sent to. */
  readonly wanted: string | undefined
}

/** Every setting, in groups. */
export function ValuesView({ settings, loaded, drafts, onDraft, wanted }: ValuesViewProps) {
  const { storage, login, wechat, collections } = grouped(settings.values)
  useEffect(() => {
    if (wanted === undefined) return
    const row = document.getElementById(idOf(wanted))
    row?.scrollIntoView({ block: 'center' })
    row?.querySelector<HTMLElement>('h3')?.focus({ preventScroll: true })
  }, [wanted])
  const row = (setting: Setting) => (
    <SettingRow
      key={setting.key}
      setting={setting}
      file={settings.file.path}
      draft={drafts[setting.key]}
      wanted={setting.key === wanted}
      onDraft={(text) => onDraft(setting.key, text)}
      save={(value) => loaded.save(setting.key, value)}
      reset={() => loaded.reset(setting.key)}
    />
  )
  return (
    <Stack gap={5}>
      {(
        [
          ['storage', storage],
          ['login', login],
          ['wechat', wechat],
          ['database', collections.flatMap(({ acl, indexes }) => [acl, indexes])],
        ] as const
      ).map(([group, rows]) => (
        <Card key={group} title={t.groups[group][0]} description={t.groups[group][1]} flush>
          {rows.length > 0 ? (
            <div class="setting-list">{rows.map(row)}</div>
          ) : (
            <EmptyState
              icon={Database}
              title={t.noCollections}
              actions={
                <Link to="database" class="button is-plain">
                  {t.toDatabase}
                </Link>
              }
            >
              {t.noCollectionsText}
            </EmptyState>
          )}
        </Card>
      ))}
    </Stack>
  )
}
