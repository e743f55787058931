/**
 * Why a setting was not saved. `locked`: the file or the environment sets it. `conflict`: something changed since the
 * version that the caller had seen.
 */
export class SettingRefusedError extends Error {
  override readonly name = 'SettingRefusedError'
  readonly reason: 'locked' | 'conflict'

  constructor(reason: SettingRefusedError['reason']) {
    super(reason)
    this.reason = reason
  }
}
