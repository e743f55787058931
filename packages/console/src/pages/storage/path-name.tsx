import { Person } from '../../ui/person.tsx'
import { nameOf } from './paths.ts'
import { SafeName } from './safe-name.tsx'

interface PathNameProps {
  readonly path: string
  /** What is shown; by default the last part of the path. */
  readonly name?: string
}

/** The name of a file or folder. For a folder `users/{id}/`, the name of that person stands before it. */
export function PathName({ path, name = nameOf(path) }: PathNameProps) {
  const shown = <SafeName name={name} />
  return path === `users/${name}/` ? <Person id={name}>{shown}</Person> : shown
}
