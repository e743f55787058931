import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../src/shared/callbacks.ts'
import { WxFailure } from '../../src/shared/failure.ts'
import type { Memory } from './local-storage.ts'
import { askConsent } from './ui/dialog.ts'
import { type Layer, make } from './ui/layer.ts'

/** The permissions of a Mini Program, and the text of WeChat's sheet. */
const SCOPES: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  'scope.writePhotosAlbum': ['保存图片或视频到你的相册', 'Save pictures or videos to your album'],
  'scope.camera': ['使用你的摄像头', 'Use your camera'],
  'scope.record': ['使用你的麦克风', 'Use your microphone'],
  'scope.userLocation': ['获取你的位置信息', 'Get your location'],
}

export interface PermissionsApi {
  authorize: AsyncApi<{ scope: string }, object>
  getSetting: AsyncApi<object, { authSetting: Record<string, boolean> }>
  openSetting: AsyncApi<object, { authSetting: Record<string, boolean> }>
}

/** The permissions that the user has granted. As in WeChat, each is asked for once, and the answer is remembered. */
export class Permissions {
  readonly api: PermissionsApi
  readonly #layer: Layer
  readonly #memory: Memory

  constructor(layer: Layer, memory: Memory, report: ReportCallbackError) {
    this.#layer = layer
    this.#memory = memory
    this.api = {
      authorize: asyncApi('authorize', report, ({ scope }: { scope: string }) => this.ask(scope)),
      getSetting: asyncApi('getSetting', report, () => ({ authSetting: this.#answers() })),
      openSetting: asyncApi('openSetting', report, () => this.#openSetting()),
    }
  }

  /** Resolves once the user has allowed `scope`; fails with `auth deny`, without asking again after a refusal. */
  async ask(scope: string): Promise<object> {
    const words = Object.hasOwn(SCOPES, scope) ? SCOPES[scope] : undefined
    if (words === undefined) throw new WxFailure('invalid scope')
    const known = this.#answers()[scope]
    const allowed =
      known ??
      (await askConsent(this.#layer, this.#layer.words('申请权限', 'Permission'), [this.#layer.words(...words)]))
    if (known === undefined) this.#remember(scope, allowed)
    if (!allowed) throw new WxFailure('auth deny')
    return {}
  }

  #answers(): Record<string, boolean> {
    return (this.#memory.get('permissions') ?? {}) as Record<string, boolean>
  }

  #remember(scope: string, allowed: boolean): void {
    this.#memory.set('permissions', { ...this.#answers(), [scope]: allowed })
  }

  /** WeChat's settings page, as a sheet: a checkbox for each permission that was asked for. */
  #openSetting(): Promise<{ authSetting: Record<string, boolean> }> {
    return new Promise((resolve) => {
      const { words } = this.#layer
      const rows = Object.entries(this.#answers()).map(([scope, allowed]) => {
        const box = make('input', { attributes: { type: 'checkbox', ...(allowed ? { checked: '' } : {}) } })
        box.addEventListener('change', () => this.#remember(scope, box.checked))
        const text = words(...(SCOPES[scope] ?? [scope, scope]))
        return make('p', {}, make('label', {}, box, document.createTextNode(` ${text}`)))
      })
      const end = (): void => {
        shown.close()
        resolve({ authSetting: this.#answers() })
      }
      const done = make('button', {
        class: 'wxui-yes',
        text: words('完成', 'Done'),
        attributes: { type: 'button', 'data-autofocus': '' },
        onTap: end,
      })
      const title = words('设置', 'Settings')
      const sheet = make(
        'div',
        { class: 'wxui-sheet wxui-ask', attributes: { role: 'dialog', 'aria-modal': 'true', 'aria-label': title } },
        make('h2', { text: title }),
        ...(rows.length > 0
          ? rows
          : [make('p', { text: words('还没有申请过权限', 'No permission has been requested yet') })]),
        make('div', { class: 'wxui-ask-foot' }, done),
      )
      const shown = this.#layer.show(make('div', { class: 'wxui-mask wxui-dim' }, sheet), end)
    })
  }
}
