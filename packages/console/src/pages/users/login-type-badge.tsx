import { Badge, type Tone } from '../../ui/badge.tsx'
import { t } from './text.ts'
import type { LoginType } from './use-users.ts'

const TONES: Readonly<Record<LoginType, Tone>> = { ANONYMOUS: 'neutral', CUSTOM: 'accent', WECHAT_OPEN: 'success' }

export function LoginTypeBadge({ type }: { readonly type: LoginType }) {
  return <Badge tone={TONES[type]}>{t[type]}</Badge>
}
