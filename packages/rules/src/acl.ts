/** The platform's four ready-made modes. Administrators never get here: they bypass rules. */
export type PresetAcl = 'READONLY' | 'PRIVATE' | 'ADMINWRITE' | 'ADMINONLY'

export const PRESET_ACLS: readonly PresetAcl[] = Object.freeze(['READONLY', 'PRIVATE', 'ADMINWRITE', 'ADMINONLY'])

export function isPresetAcl(value: unknown): value is PresetAcl {
  return PRESET_ACLS.some((acl) => acl === value)
}
