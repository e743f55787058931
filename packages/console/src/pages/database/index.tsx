import { t } from '../../app/text.ts'
import { Page } from '../../ui/page.tsx'

export default function DatabasePage() {
  return <Page title={t.pages.database} />
}
