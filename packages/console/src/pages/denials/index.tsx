import { Pause, Play } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { setQuery } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchInput } from '../../ui/search-input.tsx'
import { Select } from '../../ui/select.tsx'
import { SidePanel, SplitView } from '../../ui/side-panel.tsx'
import { Row } from '../../ui/stack.tsx'
import { DenialPanel } from './denial-panel.tsx'
import { DenialTable } from './denial-table.tsx'
import { t } from './text.ts'
import { TryDialog } from './try-dialog.tsx'
import { useDenials } from './use-denials.ts'
import './denials.css'

const ABOUT = ['storage', 'database'] as const

/** What the rules denied, as it happens. Query members: `search`, `about`, and `id` of the one that is shown. */
export default function DenialsPage() {
  const { query } = useRoute()
  const { search = '', id = '' } = query
  const about = ABOUT.find((one) => one === query.about)
  const [live, setLive] = useState(true)
  const [trying, setTrying] = useState(false)
  const denials = useDenials({ about, search }, live)
  const shown = denials.items.find((denial) => denial.id === id)
  const show = (next: string | undefined) => {
    if (next !== id) setQuery({ id: next }, { replace: id !== '' && next !== undefined })
  }
  return (
    <Page
      fill
      title={t.title}
      description={t.description}
      actions={
        <Row gap={3}>
          <Badge tone={live ? 'success' : 'neutral'}>{live ? t.live : t.paused}</Badge>
          <Button icon={live ? Pause : Play} onClick={() => setLive(!live)}>
            {live ? t.pause : t.resume}
          </Button>
        </Row>
      }
    >
      <div class="denials-bar">
        <SearchInput
          class="denials-search"
          label={t.search}
          placeholder={t.searchHint}
          value={search}
          onSearch={(text) => setQuery({ search: text.trim(), id: undefined })}
        />
        <Select
          label={t.about}
          hideLabel
          value={about ?? 'all'}
          options={(['all', ...ABOUT] as const).map((value) => ({ value, label: t[value] }))}
          onChange={(chosen) => setQuery({ about: chosen === 'all' ? undefined : chosen, id: undefined })}
        />
      </div>
      <Announcement news={denials.news} items={denials.items} />
      <SplitView>
        <DenialTable
          denials={denials}
          filtered={search !== '' || about !== undefined}
          narrow={id !== ''}
          onShow={show}
          onShowAll={() => setQuery({ search: undefined, about: undefined })}
        />
        {shown !== undefined && (
          <DenialPanel denial={shown} onTry={() => setTrying(true)} onClose={() => show(undefined)} />
        )}
        {shown === undefined && id !== '' && !denials.loading && (
          <SidePanel wide title={t.detail} onClose={() => show(undefined)}>
            <p class="muted">{t.gone}</p>
          </SidePanel>
        )}
      </SplitView>
      {trying && shown !== undefined && <TryDialog denial={shown} onClose={() => setTrying(false)} />}
    </Page>
  )
}

/** Milliseconds after which what was said may be said again. */
const SAID_MS = 1_500

/** Says how many came, for whoever cannot see them come. */
function Announcement({ news, items }: { readonly news: number; readonly items: readonly unknown[] }) {
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (news === 0) return
    setSaid(t.came(news))
    const timer = setTimeout(() => setSaid(''), SAID_MS)
    return () => clearTimeout(timer)
  }, [items])
  return (
    <p class="only-read" role="status">
      {said}
    </p>
  )
}
