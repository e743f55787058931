import { t } from '../../app/text.ts'
import { Page } from '../../ui/page.tsx'

export default function OverviewPage() {
  return <Page title={t.pages.overview} />
}
