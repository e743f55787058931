import { cloud } from './cloud'

App({
  onLaunch() {
    cloud.ensureLogin()
  },
})
