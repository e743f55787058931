/** A drag of this length starts the refresh. */
const THRESHOLD_PX = 60
const MAX_PULL_PX = 100
/** WeChat ends a refresh that the program does not stop. */
const GIVE_UP_MS = 3_000

/** Pull-down refresh of a page: the gesture, the indicator, and start and stop by the program. */
export class PullDown {
  readonly #scroller: HTMLElement
  readonly #indicator = document.createElement('div')
  readonly #onRefresh: () => void
  #isRefreshing = false
  #timer = 0

  constructor(
    frame: HTMLElement,
    scroller: HTMLElement,
    { isEnabled, onRefresh }: { isEnabled: () => boolean; onRefresh: () => void },
  ) {
    this.#scroller = scroller
    this.#onRefresh = onRefresh
    this.#indicator.className = 'page-refresh'
    this.#indicator.innerHTML = '<i></i><i></i><i></i>'
    frame.prepend(this.#indicator)
    let startY: number | undefined
    let pulled = 0
    frame.addEventListener('pointerdown', (event) => {
      startY = isEnabled() && scroller.scrollTop <= 0 && !this.#isRefreshing ? event.clientY : undefined
      pulled = 0
    })
    frame.addEventListener('pointermove', (event) => {
      if (startY === undefined || event.buttons === 0) return
      pulled = Math.max(0, Math.min(MAX_PULL_PX, (event.clientY - startY) / 2))
      if (scroller.scrollTop <= 0) this.#move(pulled)
    })
    const end = () => {
      if (startY === undefined) return
      startY = undefined
      if (pulled >= THRESHOLD_PX / 2) this.start()
      else this.#move(0)
    }
    frame.addEventListener('pointerup', end)
    frame.addEventListener('pointercancel', end)
  }

  start(): void {
    if (this.#isRefreshing) return
    this.#isRefreshing = true
    this.#indicator.classList.add('is-refreshing')
    this.#move(THRESHOLD_PX - 10)
    this.#timer = window.setTimeout(() => this.stop(), GIVE_UP_MS)
    this.#onRefresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#isRefreshing = false
    this.#indicator.classList.remove('is-refreshing')
    this.#move(0)
  }

  #move(pixels: number): void {
    this.#scroller.style.translate = pixels === 0 ? '' : `0 ${pixels}px`
    this.#indicator.style.opacity = String(Math.min(1, pixels / (THRESHOLD_PX / 2)))
  }
}
