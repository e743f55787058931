import { type Callbacks, callSafely, deliver, type ReportCallbackError } from './callbacks.ts'
import { ERRNO, WxFailure } from './failure.ts'
import { laterTurn } from './timers.ts'

/**
 * The user's answer to the privacy guideline: agreed, refused, not asked yet, or not possible because the owner of the
 * program has not declared the use of photos.
 */
export type PrivacyState = 'granted' | 'refused' | 'ask' | 'undeclared'

export interface PrivacyAnswer {
  event: 'exposureAuthorization' | 'agree' | 'disagree'
  buttonId?: string | undefined
}

export type PrivacyListener = (resolve: (answer: PrivacyAnswer) => void, event: { referrer: string }) => void

/** The privacy calls. As in WeChat, they never return a promise. */
export interface PrivacyApi {
  getPrivacySetting: (options?: Callbacks<{ needAuthorization: boolean; privacyContractName: string }>) => void
  requirePrivacyAuthorize: (options?: Callbacks) => void
  onNeedPrivacyAuthorization: (listener: PrivacyListener) => void
}

/** The simulated user. */
export interface PrivacyUser {
  /** The answer in WeChat's own popup, for programs without one. */
  popup: () => Promise<boolean>
  /** The state after an answer. */
  stateAfter: (agreed: boolean) => PrivacyState
}

/** Agrees in WeChat's popup, and keeps every answer. */
const COMPLIANT_USER: PrivacyUser = {
  popup: async () => true,
  stateAfter: (agreed) => (agreed ? 'granted' : 'refused'),
}

/** The privacy state, and the question to the user. */
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

  /** Resolves once the user has agreed, after asking if necessary: with the program's listener, or else with the popup. */
  async authorize(referrer: string): Promise<object> {
    if (this.state === 'undeclared') {
      throw new WxFailure('api scope is not declared in the privacy agreement', ERRNO.privacyUndeclared)
    }
    const agreed = this.state === 'ask' ? await this.#askOnce(referrer) : this.state === 'granted'
    if (!agreed) throw new WxFailure('privacy permission is not authorized', ERRNO.privacyRefused)
    return {}
  }

  /** Concurrent calls share one question. */
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
