import { connect } from '@cloudstead/kit'
import { endpoint, env, login } from '../config'
import cloudbase from '../libs/cloudbase'

/** The connection of the program, for all requests. */
export const cloud = connect(cloudbase, { env, endpoint, login })
