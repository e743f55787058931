import { t } from '../../app/text.ts'
import { Page } from '../../ui/page.tsx'

export default function SettingsPage() {
  return <Page title={t.pages.settings} />
}
