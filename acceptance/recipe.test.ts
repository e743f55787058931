/**
 * The recipe, row by row, with all variants of the real client: both SDK versions, both adapter arrangements, both upload
 * methods, both logins, with `cloudstead dev`.
 */
import { after, before, describe } from 'node:test'
import { combinationsOf, recipeJourney } from './support/recipe-journey.ts'
import { type LoginKey, type RunningServer, startServer } from './support/server.ts'

const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { orders: { acl: 'PRIVATE' } } } }

describe('dev, simulated WeChat identities', () => {
  let server: RunningServer
  let key: LoginKey

  before(async () => {
    server = await startServer({ mode: 'dev', config: CONFIG })
    key = await server.loginKey()
  })
  after(() => server.stop())

  for (const combination of [...combinationsOf('2.27.2'), ...combinationsOf('3.7.0')]) {
    recipeJourney(combination, {
      server: () => ({ server, key }),
      loginCode: (user) => `dev:${user}`,
      openid: () => /^oDEV[A-Za-z0-9_-]{24}$/,
    })
  }
})
