import { t } from '../../app/text.ts'
import { Page } from '../../ui/page.tsx'

export default function DenialsPage() {
  return <Page title={t.pages.denials} />
}
