/** Rules that were edited on another page, to be continued in the editor of this page. */
interface PendingEdit {
  readonly collection: string | undefined
  readonly text: string
}

let pending: PendingEdit | undefined

export function setPendingEdit(edit: PendingEdit): void {
  pending = edit
}

/** Returns the edited text for a target once; afterwards it is gone. */
export function takePendingEdit(collection: string | undefined): string | undefined {
  if (pending?.collection !== collection) return undefined
  const text = pending?.text
  pending = undefined
  return text
}
