import { Pause, Play } from 'lucide'
import { useEffect, useState } from 'preact/hooks'
import { setQuery, showDetail } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { FilterBar } from '../../ui/filter-bar.tsx'
import { Page } from '../../ui/page.tsx'
import { SidePanel, SplitView } from '../../ui/side-panel.tsx'
import { Row } from '../../ui/stack.tsx'
import { DenialPanel } from './denial-panel.tsx'
import { DenialTable } from './denial-table.tsx'
import { t } from './text.ts'
import { TryDialog } from './try-dialog.tsx'
import { type News, useDenials } from './use-denials.ts'
import './denials.css'

const ABOUT = ['storage', 'database', 'functions'] as const

/** Denied requests as they happen. Query members: `search`, `about`, and `id` of the one that is shown. */
export default function DenialsPage() {
  const { query } = useRoute()
  const { search = '', id = '' } = query
  const about = ABOUT.find((one) => one === query.about)
  const [live, setLive] = useState(true)
  const [trying, setTrying] = useState(false)
  const denials = useDenials({ about, search }, live)
  const shown = denials.rows.find((denial) => denial.id === id)
  const show = (next: string | undefined) => showDetail('id', id, next)
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
      {(denials.servers[0]?.servers ?? 1) > 1 && <p class="muted small">{t.ofServers(denials.servers)}</p>}
      <FilterBar
        search={{
          label: t.search,
          placeholder: t.searchHint,
          value: search,
          onSearch: (text) => setQuery({ search: text.trim(), id: undefined }),
        }}
        choice={{
          label: t.about,
          value: about ?? 'all',
          options: (['all', ...ABOUT] as const).map((value) => ({ value, label: t[value] })),
          onChange: (chosen) => setQuery({ about: chosen === 'all' ? undefined : chosen, id: undefined }),
        }}
      />
      <Announcement news={denials.news} />
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

/** Milliseconds after which the same text may be announced again. */
const ANNOUNCED_MS = 1_500

/** Announces new denials to screen readers. */
function Announcement({ news }: { readonly news: News | undefined }) {
  const [text, setText] = useState('')
  useEffect(() => {
    if (news === undefined) return
    setText(t.came(news.count))
    const timer = setTimeout(() => setText(''), ANNOUNCED_MS)
    return () => clearTimeout(timer)
  }, [news])
  return (
    <p class="only-read" role="status">
      {text}
    </p>
  )
}
