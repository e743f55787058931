import { t } from '../../app/text.ts'
import { Page } from '../../ui/page.tsx'

export default function UsersPage() {
  return <Page title={t.pages.users} />
}
