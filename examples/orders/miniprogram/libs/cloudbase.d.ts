/** The official SDK with its adapter in one file, created by `npm run build`. */
import type cloudbase from '@cloudbase/js-sdk'

declare const sdk: typeof cloudbase
export default sdk
