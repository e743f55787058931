import type { AppUser } from '@cloudstead/admin-api'
import { Link } from '../../app/link.tsx'
import { navigate } from '../../app/navigation.ts'
import { ownerId, personOfUser } from '../../data/person.ts'
import { useCollections } from '../../data/use-collections.ts'
import { Menu } from '../../ui/menu.tsx'
import { t } from './text.ts'

/** Links to the files, the permissions and the documents of a user. */
export function UserLinks({ user }: { readonly user: AppUser }) {
  const id = ownerId(personOfUser(user))
  const { value: collections } = useCollections()
  const openDocuments = (collection: string) =>
    void navigate({ to: 'database', query: { collection, query: JSON.stringify({ _openid: id }) } })
  return (
    <section class="user-links">
      <h3>{t.seeAlso}</h3>
      <Link to="storage" query={{ folder: `users/${id}/` }} class="wrap">
        {t.files(id)}
      </Link>
      <Link to="permissions" query={{ uid: user.uid }}>
        {t.simulate}
      </Link>
      {collections !== undefined && (
        <Menu
          label={t.documents}
          kind="plain"
          size="small"
          items={[
            collections.length === 0 ? t.noCollections : t.documentsIn,
            ...collections.map(({ name }) => ({ label: name, onSelect: () => openDocuments(name) })),
          ]}
        >
          {t.documents}
        </Menu>
      )}
    </section>
  )
}
