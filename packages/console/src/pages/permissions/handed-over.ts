/** Rules that another page began to write, on their way to the editor here. */
interface HandedOver {
  readonly collection: string | undefined
  readonly text: string
}

let waiting: HandedOver | undefined

export function handOver(rules: HandedOver): void {
  waiting = rules
}

/** Takes what was handed over for these rules; it is gone then. */
export function takeOver(collection: string | undefined): string | undefined {
  const { text, collection: of } = waiting ?? {}
  if (text === undefined || of !== collection) return undefined
  waiting = undefined
  return text
}
