import { CloudsteadError } from '@cloudstead/protocol'
import { SettingRefusedError } from '../../saved-settings/setting-refused-error.ts'

/** Waits for a change of a setting, and gives a refusal its code. */
export async function settingChanged(change: Promise<void>): Promise<void> {
  try {
    await change
  } catch (error) {
    if (!(error instanceof SettingRefusedError)) throw error
    throw new CloudsteadError(error.reason === 'locked' ? 'CONSOLE_SETTING_LOCKED' : 'CONSOLE_CONFLICT')
  }
}
