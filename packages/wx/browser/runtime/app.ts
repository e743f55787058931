import type { LaunchOptions } from '../contracts.ts'
import type { ErrorReports } from './errors.ts'
import type { PageUrl } from './page-url.ts'

/** The App of the program, created by `App({...})`: receives launch, foreground, background and errors. */
export class AppInstance {
  readonly #errors: ErrorReports
  #instance: Record<string, unknown> | undefined

  constructor(errors: ErrorReports) {
    this.#errors = errors
    errors.listeners.add(({ message, stack }) => this.#callOnError(`${message}\n${stack}`))
    errors.rejections.add((reason) => this.#call('onUnhandledRejection', { reason, promise: undefined }))
  }

  readonly App = (options: object): void => {
    if (this.#instance !== undefined) throw new Error('App() is called twice')
    this.#instance = { ...options }
  }

  readonly getApp = (): unknown => this.#instance

  get exists(): boolean {
    return this.#instance !== undefined
  }

  launch(options: LaunchOptions): void {
    this.#call('onLaunch', { ...options, referrerInfo: {} })
    this.show(options)
  }

  show(options: LaunchOptions): void {
    this.#call('onShow', { ...options, referrerInfo: {} })
  }

  hide(): void {
    this.#call('onHide')
  }

  /** Returns false if the program has no onPageNotFound. */
  pageNotFound({ path, query }: PageUrl, isEntryPage: boolean): boolean {
    if (typeof this.#instance?.onPageNotFound !== 'function') return false
    this.#call('onPageNotFound', { path, query, isEntryPage })
    return true
  }

  themeChanged(theme: string): void {
    this.#call('onThemeChange', { theme })
  }

  #call(name: string, ...args: unknown[]): void {
    const method = this.#instance?.[name]
    if (typeof method === 'function') this.#errors.guard(() => method.apply(this.#instance, args))
  }

  /** Prevents an error in onError from calling it again. */
  #callOnError(message: string): void {
    const method = this.#instance?.onError
    if (typeof method !== 'function') return
    try {
      method.call(this.#instance, message)
    } catch (error) {
      console.error(error)
    }
  }
}
