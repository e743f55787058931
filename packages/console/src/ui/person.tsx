import type { ComponentChildren } from 'preact'
import { useName } from '../data/use-name.ts'
import './person.css'

interface PersonProps {
  /** A uid, openid or custom id. */
  readonly id: string
  /** The name if it is known already. Without it, the server is asked. */
  readonly name?: string | undefined
  /** The whole id, on several lines if need be, instead of one line with an ellipsis. */
  readonly whole?: boolean
  /** The id as it is shown; by default the id itself. */
  readonly children?: ComponentChildren
}

/** A person: the name, if there is one, and the id beside it. */
export function Person({ name, ...props }: PersonProps) {
  return name === undefined ? <Asked {...props} /> : <Named {...props} name={name} />
}

function Asked(props: PersonProps) {
  return <Named {...props} name={useName(props.id)} />
}

function Named({ id, name, whole = false, children = <bdi class="mono">{id}</bdi> }: PersonProps) {
  const fit = whole ? 'wrap' : 'clip'
  if (name === undefined || name === id) return <span class={`person ${fit}`}>{children}</span>
  return (
    <span class={whole ? 'person is-whole' : 'person'} title={whole ? undefined : `${name} · ${id}`}>
      <bdi class={`person-name ${fit}`}>{name}</bdi>
      <span class={`person-id muted ${fit}`}>{children}</span>
    </span>
  )
}
