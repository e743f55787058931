import { type Callbacks, callSafely, deliver, type ReportCallbackError } from './callbacks.ts'
import { ERRNO, WxFailure } from './failure.ts'
import { laterTurn } from './timers.ts'

/**
 * The user's answer to the privacy guideline: agreed, refused, not asked yet, or the program's owner never declared
 * that it uses photos at all.
 */
export type PrivacyState = 'granted' | 'refused' | 'ask' | 'undeclared'

export interface PrivacyAnswer {
  event: 'exposureAuthorization' | 'agree' | 'disagree'
  buttonId?: string | undefined
}

export type PrivacyListener = (resolve: (answer: PrivacyAnswer) => void, event: { referrer: string }) => void

/** The privacy calls; as in WeChat they never return a promise. */
export interface PrivacyApi {
  getPrivacySetting: (options?: Callbacks<{ needAuthorization: boolean; privacyContractName: string }>) => void
  requirePrivacyAuthorize: (options?: Callbacks) => void
  onNeedPrivacyAuthorization: (listener: PrivacyListener) => void
}

/** The user's part in it. */
export interface PrivacyUser {
  /** WeChat's own question, for programs that do not ask themselves. */
  popup: () => Promise<boolean>
  /** What holds after an answer. */
  stateAfter: (agreed: boolean) => PrivacyState
}

/** Agrees in WeChat's popup, and keeps to any answer. */
const COMPLIANT_USER: PrivacyUser = {
  popup: async () => true,
  stateAfter: (agreed) => (agreed ? 'granted' : 'refused'),
}

/** What the user agreed to, and how the program asks. */
export class Privacy {
  state: PrivacyState
  readonly api: PrivacyApi
  readonly #report: ReportCallbackError
  readonly #user: PrivacyUser
  #asking: Promise<boolean> | undefined
  #listener: PrivacyListener | undefined

  constructor(state: PrivacyState, report: ReportCallbackError, user: PrivacyUser = COMPLIANT_USER) {
    this.state = state
    this.#report = report
    this.#user = user
    this.api = {
      getPrivacySetting: (options) => {
        const setting = {
          needAuthorization: this.state === 'ask' || this.state === 'refused',
          privacyContractName: '《Privacy Guideline》',
        }
        void laterTurn().then(() => deliver('getPrivacySetting', options ?? {}, Promise.resolve(setting), report))
      },
      requirePrivacyAuthorize: (options) => {
        const outcome = laterTurn().then(() => this.authorize('requirePrivacyAuthorize'))
        void deliver('requirePrivacyAuthorize', options ?? {}, outcome, report)
      },
      onNeedPrivacyAuthorization: (listener) => {
        this.#listener = listener
      },
    }
  }

  /** Resolves when the user has agreed, asking first if need be: by the program's listener, else by the popup. */
  async authorize(referrer: string): Promise<object> {
    if (this.state === 'undeclared') {
      throw new WxFailure('api scope is not declared in the privacy agreement', ERRNO.privacyUndeclared)
    }
    const agreed = this.state === 'ask' ? await this.#askOnce(referrer) : this.state === 'granted'
    if (!agreed) throw new WxFailure('privacy permission is not authorized', ERRNO.privacyRefused)
    return {}
  }

  /** One question, however many calls wait for its answer. */
  #askOnce(referrer: string): Promise<boolean> {
    this.#asking ??= this.#ask(referrer)
      .then((agreed) => {
        this.state = this.#user.stateAfter(agreed)
        return agreed
      })
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }

  #ask(referrer: string): Promise<boolean> {
    const listener = this.#listener
    if (listener === undefined) return this.#user.popup()
    return new Promise((resolve) => {
      const answer = ({ event }: PrivacyAnswer): void => {
        // `exposureAuthorization` only reports that the program's own popup is showing.
        if (event !== 'exposureAuthorization') resolve(event === 'agree')
      }
      callSafely(this.#report, listener, answer, { referrer })
    })
  }
}
