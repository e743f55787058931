import { useName } from '../../data/use-name.ts'

/** The name of the person with this id; nothing if there is none. */
export function OwnerName({ id }: { readonly id: string }) {
  const name = useName(id)
  return name === undefined || name === id ? null : <bdi class="owner-name">{name}</bdi>
}
