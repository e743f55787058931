import { connect } from '@cloudstead/kit'
import { endpoint, env, login } from '../config'
import cloudbase from '../libs/cloudbase'

/** The program's connection: everything that leaves the phone goes through it. */
export const cloud = connect(cloudbase, { env, endpoint, login })
