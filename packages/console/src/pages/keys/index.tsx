import { t } from '../../app/text.ts'
import { Page } from '../../ui/page.tsx'

export default function KeysPage() {
  return <Page title={t.pages.keys} />
}
