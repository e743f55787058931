import { t } from '../../app/text.ts'
import { Page } from '../../ui/page.tsx'

export default function PermissionsPage() {
  return <Page title={t.pages.permissions} />
}
