import type { Answer } from '../../api/index.ts'
import { say } from '../../i18n/language.ts'
import { Banner } from '../../ui/banner.tsx'
import { t } from './text.ts'

type Listed = Answer<'listFunctions'>

/** What in the project cannot be used. */
export function Problems({ problems }: Pick<Listed, 'problems'>) {
  if (problems.length === 0) return null
  return (
    <Banner kind="warning" title={t.problems}>
      <ul>
        {problems.map(({ function: name, message }, index) => (
          <li key={index} class="wrap">
            {name !== undefined && <strong class="mono">{name}: </strong>}
            {say(message)}
          </li>
        ))}
      </ul>
    </Banner>
  )
}

/** Says whose counts these are when there are several servers. */
export function ServerNote({ server }: Pick<Listed, 'server'>) {
  return server.servers > 1 ? <p class="muted small">{t.ofServer(server)}</p> : null
}
