import { visibleName } from './paths.ts'

/** A name as it is, and nothing but a name: its ending stays at its end, what is not seen is written out. */
export function SafeName({ name, clip = true }: { readonly name: string; readonly clip?: boolean }) {
  const shown = visibleName(name)
  return (
    <bdi dir="ltr" class={clip ? 'safe-name clip' : 'safe-name wrap'} title={clip ? shown : undefined}>
      {shown}
    </bdi>
  )
}
