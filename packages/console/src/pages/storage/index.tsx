import { t } from '../../app/text.ts'
import { Page } from '../../ui/page.tsx'

export default function StoragePage() {
  return <Page title={t.pages.storage} />
}
