import type { StorageFile } from '@cloudstead/admin-api'
import { CircleCheck, CircleX } from 'lucide'
import { say } from '../../i18n/language.ts'
import { Icon } from '../../ui/icon.tsx'
import { t } from './text.ts'

const NAMES = { nobody: 'nobody', anonymous: 'anonymous', user: 'user', owner: 'ownerWho' } as const

/** Who may read a file under the rules in force, and why. */
export function Readers({ readers }: { readonly readers: StorageFile['readers'] }) {
  return (
    <section>
      <h3 class="details-title">{t.readersTitle}</h3>
      <ul class="readers">
        {readers.map(({ who, allowed, reason }) => (
          <li key={who} class={allowed ? 'is-allowed' : 'is-denied'}>
            <Icon icon={allowed ? CircleCheck : CircleX} size={18} />
            <span>
              <strong>{t[NAMES[who]]}</strong> {allowed ? t.may : t.mayNot}
              <span class="muted small wrap readers-reason">{say(reason)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
