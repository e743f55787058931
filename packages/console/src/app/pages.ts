/** The icon and the code of every page. The code is loaded when the page is first shown. */
import {
  ChartNoAxesColumn,
  Database,
  Folder,
  type IconNode,
  KeyRound,
  Settings,
  ShieldCheck,
  ShieldX,
  SquareFunction,
  Users,
} from 'lucide'
import type { ComponentType } from 'preact'
import type { PageName } from './route.ts'

interface PageEntry {
  readonly icon: IconNode
  readonly load: () => Promise<{ readonly default: ComponentType }>
}

export const PAGE_ENTRIES: Readonly<Record<PageName, PageEntry>> = {
  overview: { icon: ChartNoAxesColumn, load: () => import('../pages/overview/index.tsx') },
  storage: { icon: Folder, load: () => import('../pages/storage/index.tsx') },
  permissions: { icon: ShieldCheck, load: () => import('../pages/permissions/index.tsx') },
  denials: { icon: ShieldX, load: () => import('../pages/denials/index.tsx') },
  database: { icon: Database, load: () => import('../pages/database/index.tsx') },
  functions: { icon: SquareFunction, load: () => import('../pages/functions/index.tsx') },
  users: { icon: Users, load: () => import('../pages/users/index.tsx') },
  keys: { icon: KeyRound, load: () => import('../pages/keys/index.tsx') },
  settings: { icon: Settings, load: () => import('../pages/settings/index.tsx') },
}
