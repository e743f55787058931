/** Compiles only if the kit accepts the SDK with its own declarations, and returns its objects with theirs. */
import type cloudbase from '@cloudbase/js-sdk'
import type cloudbase3 from '@cloudbase/js-sdk-3'
import type { connect } from '@cloudstead/kit'

export function withOfficialTypes(kit: typeof connect, sdk: typeof cloudbase, sdk3: typeof cloudbase3) {
  const cloud = kit(sdk, { env: 'demo-1abcde' })
  const app: cloudbase.app.App = cloud.app
  const auth: cloudbase.auth.App = cloud.auth
  const orders = cloud.db.collection('orders')
  const cloud3 = kit(sdk3, { env: 'demo-1abcde' })
  const app3: cloudbase3.app.App = cloud3.app
  return { app, auth, orders, app3, user: cloud.auth.currentUser }
}
