import { RotateCw, SearchX, TriangleAlert } from 'lucide'
import { Component, type ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Page } from '../ui/page.tsx'
import { Spinner } from '../ui/spinner.tsx'
import { Link } from './link.tsx'
import { route } from './navigation.ts'
import { PAGE_ENTRIES } from './pages.ts'
import type { PageName } from './route.ts'
import { t } from './text.ts'

/** Pages that were loaded before, so that returning to one does not flicker. */
const loaded = new Map<PageName, ComponentType>()

/** Starts to load the page of the address while the session is still being loaded. */
export function preloadPage(): void {
  const page = route()?.page
  if (page === undefined) return
  PAGE_ENTRIES[page].load().then(
    ({ default: component }) => loaded.set(page, component),
    () => {
      // Showing the page loads it again, and shows the error.
    },
  )
}

/** Shows the page of the address. */
export function PageHost() {
  const shown = route()
  if (shown === undefined) return <NotFound />
  return (
    <FaultBoundary key={shown.page}>
      <Loaded page={shown.page} />
    </FaultBoundary>
  )
}

function Loaded({ page }: { readonly page: PageName }) {
  const [found, setFound] = useState<ComponentType | undefined>(() => loaded.get(page))
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    if (found !== undefined) return
    let gone = false
    PAGE_ENTRIES[page].load().then(
      ({ default: component }) => {
        loaded.set(page, component)
        if (!gone) setFound(() => component)
      },
      () => {
        if (!gone) setFailed(true)
      },
    )
    return () => {
      gone = true
    }
  }, [])
  if (failed) return <Broken />
  if (found === undefined) return <Spinner block />
  const Shown = found
  return <Shown />
}

/** Catches the errors of a page, so that the rest of the app keeps working. */
class FaultBoundary extends Component<{ readonly children: preact.ComponentChildren }, { readonly failed: boolean }> {
  override state = { failed: false }

  override componentDidCatch(error: unknown) {
    console.error(error)
    this.setState({ failed: true })
  }

  override render() {
    return this.state.failed ? <Broken /> : this.props.children
  }
}

function Broken() {
  return (
    <Page title={t.broken}>
      <EmptyState
        icon={TriangleAlert}
        title={t.broken}
        actions={
          <Button icon={RotateCw} kind="primary" onClick={() => location.reload()}>
            {t.reload}
          </Button>
        }
      >
        {t.brokenText}
      </EmptyState>
    </Page>
  )
}

function NotFound() {
  return (
    <Page title={t.notFound}>
      <EmptyState
        icon={SearchX}
        title={t.notFound}
        actions={
          <Link to="overview" class="button is-primary">
            {t.toOverview}
          </Link>
        }
      >
        {t.notFoundText}
      </EmptyState>
    </Page>
  )
}
