/** The four permission modes of the platform, and the texts that stand for them. */

export const PRESETS = ['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'] as const
export type Preset = (typeof PRESETS)[number]

/** What holds where nothing is set. */
export const defaultPreset = (collection: string | undefined): Preset =>
  collection === undefined ? 'READONLY' : 'PRIVATE'

/** The text of rules that are a preset. */
export function presetText(preset: Preset): string {
  return JSON.stringify(preset)
}

/** The preset that a text is; undefined for custom rules, and for what is neither. */
export function presetOf(text: string): Preset | undefined {
  const bare = text.trim().replace(/^(["'])(.*)\1$/s, '$2')
  return PRESETS.find((preset) => preset === bare)
}
