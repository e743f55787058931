import type { SettingSource } from '@cloudstead/admin-api'
import { Lock } from 'lucide'
import { texts } from '../i18n/texts.ts'
import { Badge } from './badge.tsx'

const t = texts({
  en: {
    file: 'Configuration file',
    console: 'Saved here',
    default: 'Default',
    environment: 'Environment',
    notSet: 'Not set',
  },
  zh: { file: '配置文件', console: '在此保存', default: '默认值', environment: '环境变量', notSet: '未设置' },
})

interface SourceBadgeProps {
  readonly source: SettingSource
  /** False: the setting has no value, not even a default. */
  readonly set?: boolean
}

/** Where the value of a setting comes from. */
export function SourceBadge({ source, set = true }: SourceBadgeProps) {
  const locked = source === 'file' || source === 'environment'
  return (
    <Badge tone={locked ? 'warning' : source === 'console' ? 'accent' : 'neutral'} icon={locked ? Lock : undefined}>
      {source === 'default' && !set ? t.notSet : t[source]}
    </Badge>
  )
}
