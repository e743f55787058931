import type { ShadowedEvent } from 'glass-easel'

export interface TouchPoint {
  readonly clientX: number
  readonly clientY: number
}

/** The finger of a touch event of the program. */
export function touchOf(event: ShadowedEvent<unknown>): TouchPoint | undefined {
  const { touches, changedTouches } = event as unknown as {
    readonly touches?: readonly TouchPoint[]
    readonly changedTouches?: readonly TouchPoint[]
  }
  return touches?.[0] ?? changedTouches?.[0]
}

/** The original event, shared by all listeners; each of them gets its own copy. */
export function sharedEvent(event: ShadowedEvent<unknown>): object {
  return Object.getPrototypeOf(event) as object
}
