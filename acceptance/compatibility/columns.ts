/** The combinations of version, build and mode in which each call is tried. */
import type { EndPointMode, SdkLine } from '../support/sdk.ts'

/** `adapter`: a Mini Program with a separate copy of the adapter. */
export type Build = 'wechat' | 'adapter' | 'web' | 'node'

export interface Column {
  readonly sdk: SdkLine
  readonly build: Build
  readonly mode: EndPointMode
}

export const SDKS: readonly SdkLine[] = ['2.27.2', '2.28.8', '2.32.0', '3.3.3', '3.7.0']
export const MODES: readonly EndPointMode[] = ['CLOUD_API', 'GATEWAY']

export function columnsOf(build: Build): readonly Column[] {
  return SDKS.flatMap((sdk) => MODES.map((mode) => ({ sdk, build, mode })))
}

/** Whether versions are in order, such as 2.32.0 before 3.3.3. */
export function isBefore(sdk: SdkLine, other: SdkLine): boolean {
  return SDKS.indexOf(sdk) < SDKS.indexOf(other)
}
