import type { EventChannel } from '../contracts.ts'

type Listener = (...args: never[]) => void

/** Both ends of a channel between a page and the page that it opens: each receives what the other emits. */
export function createEventChannels(
  events: Readonly<Record<string, Listener>> = {},
  report: (error: unknown) => void,
): { opener: EventChannel; opened: EventChannel } {
  const forOpener = new Mailbox(report)
  const forOpened = new Mailbox(report)
  for (const [name, listener] of Object.entries(events)) forOpener.add(name, listener, false)
  return { opener: channel(forOpener, forOpened), opened: channel(forOpened, forOpener) }
}

function channel(own: Mailbox, other: Mailbox): EventChannel {
  return {
    emit: (name, ...args) => other.deliver(name, args),
    on: (name, listener) => own.add(name, listener, false),
    once: (name, listener) => own.add(name, listener, true),
    off: (name, listener) => own.remove(name, listener),
  }
}

/** The listeners of one end. As in WeChat, events without a listener wait for the first one. */
class Mailbox {
  readonly #report: (error: unknown) => void
  readonly #listeners = new Map<string, { listener: Listener; once: boolean }[]>()
  readonly #waiting = new Map<string, unknown[][]>()

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  add(name: string, listener: Listener, once: boolean): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { listener, once }])
    const waiting = this.#waiting.get(name) ?? []
    this.#waiting.delete(name)
    for (const args of waiting) this.deliver(name, args)
  }

  remove(name: string, listener: Listener | undefined): void {
    const kept = (this.#listeners.get(name) ?? []).filter((one) => listener !== undefined && one.listener !== listener)
    this.#listeners.set(name, kept)
  }

  deliver(name: string, args: unknown[]): void {
    const listeners = this.#listeners.get(name) ?? []
    if (listeners.length === 0) {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), args])
      return
    }
    this.#listeners.set(
      name,
      listeners.filter(({ once }) => !once),
    )
    for (const { listener } of listeners) {
      try {
        listener(...(args as never[]))
      } catch (error) {
        this.#report(error)
      }
    }
  }
}
