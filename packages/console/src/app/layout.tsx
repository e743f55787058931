import type { Session } from '@cloudstead/admin-api'
import { Menu as MenuIcon, X } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { CopyButton } from '../ui/copy-button.tsx'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { AccountMenu } from './account-menu.tsx'
import { Link } from './link.tsx'
import { route } from './navigation.ts'
import { PageHost } from './page-host.tsx'
import { PAGE_ENTRIES } from './pages.ts'
import { PAGES } from './route.ts'
import { t } from './text.ts'
import './layout.css'

/** The frame around every page: the environment at the top left, the navigation and the account menu. */
export function Layout({ session }: { readonly session: Session }) {
  const [open, setOpen] = useState(false)
  const main = useRef<HTMLElement>(null)
  const shown = route()
  useEffect(() => {
    setOpen(false)
    main.current?.scrollTo(0, 0)
  }, [shown?.page])
  return (
    <div class={open ? 'shell is-open' : 'shell'}>
      <button type="button" class="skip button" onClick={() => main.current?.querySelector<HTMLElement>('h1')?.focus()}>
        {t.skip}
      </button>
      <header class="top">
        <span class="top-menu">
          <IconButton
            icon={open ? X : MenuIcon}
            label={open ? t.closeMenu : t.openMenu}
            aria-expanded={open}
            aria-controls="navigation"
            onClick={() => setOpen(!open)}
          />
        </span>
        <div class="env">
          <span class="env-label">{t.environment}</span>
          <span class="env-value">
            <code class="clip" title={session.env}>
              {session.env}
            </code>
            <CopyButton text={session.env} label={t.copyEnv} />
          </span>
        </div>
        <AccountMenu session={session} />
      </header>
      <nav
        id="navigation"
        class="side"
        aria-label={t.navigation}
        onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
      >
        <ul>
          {PAGES.map((page) => (
            <li key={page}>
              <Link
                to={page}
                class="side-link"
                aria-current={shown?.page === page ? 'page' : undefined}
                onClick={() => setOpen(false)}
              >
                <Icon icon={PAGE_ENTRIES[page].icon} size={18} />
                {t.pages[page]}
              </Link>
            </li>
          ))}
        </ul>
        <p class="side-foot">Cloudstead {session.version}</p>
      </nav>
      <main ref={main} id="content" class="main">
        <PageHost />
      </main>
    </div>
  )
}
