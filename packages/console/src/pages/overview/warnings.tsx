import type { OverviewWarning } from '@cloudstead/admin-api'
import { Link } from '../../app/link.tsx'
import { say } from '../../i18n/language.ts'
import { Banner } from '../../ui/banner.tsx'
import { targetOfSetting } from './app-lines.ts'
import { t } from './text.ts'

/** What there is to warn about, each with the way to its setting. */
export function Warnings({ warnings }: { readonly warnings: readonly OverviewWarning[] }) {
  return (
    <>
      {warnings.map(({ code, severity, text, advice, setting }) => (
        <Banner
          key={`${code} ${setting ?? ''}`}
          kind={severity === 'warning' ? 'warning' : 'info'}
          title={say(text)}
          actions={setting !== undefined && <Link {...targetOfSetting(setting)}>{t.openSetting}</Link>}
        >
          {advice && say(advice)}
        </Banner>
      ))}
    </>
  )
}
