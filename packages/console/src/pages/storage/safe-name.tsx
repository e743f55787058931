import { visibleName } from './paths.ts'

/** Shows a name safely: left to right, so that its extension is at the end, and with invisible characters written out. */
export function SafeName({ name, clip = true }: { readonly name: string; readonly clip?: boolean }) {
  const shown = visibleName(name)
  return (
    <bdi dir="ltr" class={clip ? 'safe-name clip' : 'safe-name wrap'} title={clip ? shown : undefined}>
      {shown}
    </bdi>
  )
}
