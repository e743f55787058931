import { cloud } from './services/cloud'

App({
  onLaunch() {
    // Starts the login early; the calls of the pages share it.
    cloud.ensureLogin()
  },
})
