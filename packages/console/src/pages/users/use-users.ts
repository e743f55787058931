import type { AppUser } from '@cloudstead/admin-api'
import { call } from '../../api/index.ts'
import { type Pages, usePages } from '../../data/use-pages.ts'

export type LoginType = AppUser['loginType']

interface UserFilter {
  readonly search: string
  readonly loginType: LoginType | undefined
}

export interface Users extends Omit<Pages<AppUser>, 'update'> {
  /** Shows a changed user in its place. */
  replace(user: AppUser): void
}

const PAGE_SIZE = 200

/** The users that match a filter, page by page. */
export function useUsers({ search, loginType }: UserFilter): Users {
  const { update, ...pages } = usePages<AppUser>({
    key: JSON.stringify([search, loginType]),
    keepRows: true,
    keyOf: ({ uid }) => uid,
    load(after, signal) {
      const query = {
        limit: PAGE_SIZE,
        ...(search === '' ? {} : { search }),
        ...(loginType === undefined ? {} : { loginType }),
        ...(after === undefined ? {} : { after }),
      }
      return call('listUsers', { query }, { signal })
    },
  })
  return {
    ...pages,
    replace: (user) => update((rows) => rows.map((one) => (one.uid === user.uid ? user : one))),
  }
}
