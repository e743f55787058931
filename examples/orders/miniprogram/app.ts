import { cloud } from './services/cloud'

App({
  onLaunch() {
    // Pages ask again, and all share this one login: by the time they draw it is there.
    cloud.ensureLogin()
  },
})
