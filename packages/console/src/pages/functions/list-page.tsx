import { SquareFunction } from 'lucide'
import { call } from '../../api/index.ts'
import { setQuery } from '../../app/navigation.ts'
import { useRoute } from '../../app/use-route.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Page } from '../../ui/page.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { CallLog } from './call-log.tsx'
import { FunctionTable } from './function-table.tsx'
import { Problems, ServerNote } from './notices.tsx'
import { t } from './text.ts'

/** Milliseconds between two requests. */
const POLL_MS = 5_000
const EXAMPLE = `// cloudfunctions/hello/index.js
exports.main = async (event, context) => {
  return { hello: event.name ?? 'world' }
}
`

/** All functions, and the log of all of them. */
export function ListPage() {
  const tab = useRoute().query.tab === 'log' ? 'log' : 'list'
  const loaded = useLoaded((signal) => call('listFunctions', {}, { signal }), '', POLL_MS)
  return (
    <Page title={t.title} description={t.description}>
      <Tabs
        label={t.views}
        tabs={[
          { id: 'list', label: t.list },
          { id: 'log', label: t.allCalls },
        ]}
        value={tab}
        onChange={(next) => setQuery({ tab: next === 'log' ? next : undefined, search: undefined, failed: undefined })}
      >
        {tab === 'log' ? (
          <CallLog name="*" />
        ) : (
          <LoadedView loaded={loaded}>
            {({ items, problems, root, server }) => (
              <Stack>
                <ServerNote server={server} />
                <Problems problems={problems} />
                {items.length === 0 ? <NoFunctions root={root} /> : <FunctionList items={items} />}
              </Stack>
            )}
          </LoadedView>
        )}
      </Tabs>
    </Page>
  )
}

function FunctionList({ items }: Parameters<typeof FunctionTable>[0]) {
  return (
    <Card flush>
      <FunctionTable items={items} />
    </Card>
  )
}

/** Says how to add a function. */
function NoFunctions({ root }: { readonly root: string | undefined }) {
  return (
    <Card>
      <EmptyState icon={SquareFunction} title={t.noneTitle}>
        {root === undefined ? t.noneText : t.noneIn(root)}
      </EmptyState>
      <CodeBlock label={t.example} code={EXAMPLE} copyLabel={t.copyExample} />
    </Card>
  )
}
