import type { Setting, Settings } from '@cloudstead/admin-api'
import { Database } from 'lucide'
import { useEffect } from 'preact/hooks'
import { Link } from '../../app/link.tsx'
import type { LoadedSettings } from '../../data/use-settings.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Stack } from '../../ui/stack.tsx'
import { groupSettings } from './group-settings.ts'
import { idOf, SettingRow } from './setting-row.tsx'
import { t } from './text.ts'

/** What was typed and not saved yet, by the key of the setting. */
export type Drafts = Readonly<Record<string, string>>

interface ValuesViewProps {
  readonly value: Settings
  readonly settings: LoadedSettings
  readonly drafts: Drafts
  readonly onDraft: (key: string, text: string | undefined) => void
  /** The key of the setting that a link points to. */
  readonly wanted: string | undefined
}

/** All settings, in groups. */
export function ValuesView({ value, settings, drafts, onDraft, wanted }: ValuesViewProps) {
  const { storage, login, wechat, security, functions, collections } = groupSettings(value.values)
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
      file={value.file.path}
      draft={drafts[setting.key]}
      wanted={setting.key === wanted}
      onDraft={(text) => onDraft(setting.key, text)}
      save={(next) => settings.save(setting.key, next)}
      reset={() => settings.reset(setting.key)}
    />
  )
  return (
    <Stack gap={5}>
      {(
        [
          ['storage', storage],
          ['login', login],
          ['wechat', wechat],
          ['security', security],
          ['functions', functions],
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
