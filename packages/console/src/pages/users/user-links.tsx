import type { AppUser } from '@cloudstead/admin-api'
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api/index.ts'
import { Link } from '../../app/link.tsx'
import { navigate } from '../../app/navigation.ts'
import { Menu } from '../../ui/menu.tsx'
import { t } from './text.ts'

/** The id that marks what belongs to a user: `users/{id}/` in paths, `_openid` in documents. */
function ownerId({ wechat, customUserId, uid }: AppUser): string {
  return wechat?.openid ?? customUserId ?? uid
}

/** Where else in the Console this user is to be found. */
export function UserLinks({ user }: { readonly user: AppUser }) {
  const id = ownerId(user)
  const collections = useCollections()
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
            ...collections.map((name) => ({ label: name, onSelect: () => openDocuments(name) })),
          ]}
        >
          {t.documents}
        </Menu>
      )}
    </section>
  )
}

/** The names of the collections; undefined while they are not known, which hides the link and nothing else. */
function useCollections(): readonly string[] | undefined {
  const [names, setNames] = useState<readonly string[]>()
  useEffect(() => {
    const controller = new AbortController()
    call('listCollections', {}, { signal: controller.signal }).then(
      ({ items }) => setNames(items.map(({ name }) => name)),
      () => {},
    )
    return () => controller.abort()
  }, [])
  return names
}
