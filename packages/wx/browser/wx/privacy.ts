import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../src/shared/callbacks.ts'
import { Privacy, type PrivacyApi, type PrivacyState } from '../../src/shared/privacy.ts'
import type { Memory } from './local-storage.ts'
import { askConsent, showModal } from './ui/dialog.ts'
import type { Layer } from './ui/layer.ts'

const REMEMBERED = 'privacyAgreed'

export interface BrowserPrivacyApi extends PrivacyApi {
  openPrivacyContract: AsyncApi<object, object>
}

/** The privacy guideline, with WeChat's popup. Consent is remembered for the user; after a refusal the next call asks again. */
export function createPrivacy(
  layer: Layer,
  memory: Memory,
  state: PrivacyState,
  report: ReportCallbackError,
): { privacy: Privacy; api: BrowserPrivacyApi } {
  const { words } = layer
  const agreedBefore = state === 'ask' && memory.get(REMEMBERED) === true
  const privacy = new Privacy(agreedBefore ? 'granted' : state, report, {
    popup: () =>
      askConsent(layer, words('用户隐私保护提示', 'Privacy'), [
        words(
          '该小程序将获取你选中的照片或视频信息。使用前请阅读并同意《小程序隐私保护指引》。',
          'This program uses the photos and videos that you choose. Please read and agree to its privacy guideline first.',
        ),
        words('当你点击同意并开始使用时，即表示你已理解并同意该指引。', 'Agreeing means that you have understood it.'),
      ]),
    stateAfter: (agreed) => {
      if (agreed) memory.set(REMEMBERED, true)
      return agreed ? 'granted' : 'ask'
    },
  })
  return {
    privacy,
    api: {
      ...privacy.api,
      openPrivacyContract: asyncApi('openPrivacyContract', report, async () => {
        void showModal(layer, {
          title: words('隐私保护指引', 'Privacy guideline'),
          content: words('这里会显示你在小程序后台填写的指引。', 'Here WeChat shows the guideline of your program.'),
          showCancel: false,
        })
        return {}
      }),
    },
  }
}
