import type { GeneralComponent } from 'glass-easel'

/** Runs `ready` of components and `onReady` of pages once they are on the screen, in the order of their creation. */
export class ReadyQueue {
  readonly #waiting: (() => void)[] = []
  #timer: number | undefined

  /** Schedules `ready` of an attached component. */
  addComponent(component: GeneralComponent): void {
    this.add(() => component.triggerLifetime('ready', []))
  }

  add(run: () => void): void {
    this.#waiting.push(run)
    this.#timer ??= window.setTimeout(() => this.#flush(), 0)
  }

  #flush(): void {
    this.#timer = undefined
    for (const run of this.#waiting.splice(0)) run()
  }
}
