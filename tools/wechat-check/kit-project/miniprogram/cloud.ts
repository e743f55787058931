import cloudbase from '@cloudbase/js-sdk'
import { connect } from '@cloudstead/kit'

export const cloud = connect(cloudbase, { env: 'demo-1abcde', endpoint: 'http://127.0.0.1:8787', login: 'openid' })
