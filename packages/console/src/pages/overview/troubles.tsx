import { Banner } from '../../ui/banner.tsx'
import type { Trouble } from './reports.ts'
import { t } from './text.ts'

interface TroublesProps {
  readonly troubles: readonly Trouble[]
  /** There are several servers, so the names of those that have a problem are of interest. */
  readonly several: boolean
}

/** What does not work, and what still does. */
export function Troubles({ troubles, several }: TroublesProps) {
  return (
    <>
      {troubles.map(({ kind, names }) => (
        <Banner key={kind} kind={kind === 'draining' ? 'warning' : 'danger'} title={t.troubles[kind]}>
          {t.works[kind]}
          {several && t.onServers(names)}
        </Banner>
      ))}
    </>
  )
}
