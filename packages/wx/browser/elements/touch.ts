import type { ShadowedEvent } from 'glass-easel'

export interface TouchPoint {
  readonly clientX: number
  readonly clientY: number
}

/** The finger that an event of the program's world is about. */
export function touchOf(event: ShadowedEvent<unknown>): TouchPoint | undefined {
  const { touches, changedTouches } = event as unknown as {
    readonly touches?: readonly TouchPoint[]
    readonly changedTouches?: readonly TouchPoint[]
  }
  return touches?.[0] ?? changedTouches?.[0]
}

/** The event itself, which all listeners on its way share; what each of them gets is a view of it. */
export function sharedEvent(event: ShadowedEvent<unknown>): object {
  return Object.getPrototypeOf(event) as object
}
