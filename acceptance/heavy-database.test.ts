/** One request must not keep the server busy: others are answered meanwhile, and the memory stays small. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openStage, type Stage } from './support/databases.ts'
import { costOf } from './support/deafness.ts'
import { DOCUMENTS, HEAVY_REQUESTS, type HeavyRequest, heavyDocument } from './support/heavy-database-requests.ts'
import { ENV } from './support/server.ts'

/** Processor time in ms for which the server may not answer others. */
const MAX_DEAF_MS = 300
const MAX_GROWN_MIB = 150

let stage: Stage
let token: string

before(async () => {
  stage = await openStage({ config: { database: { collections: { heavy: { acl: { read: true, write: true } } } } } })
  for (let n = 0; n < DOCUMENTS; n += 1) await stage.admin.collection('heavy').add({ ...heavyDocument(n) })
  const response = await fetch(`${stage.server.url}/auth/v1/signin/anonymously?client_id=${ENV}`, {
    method: 'POST',
    body: '{}',
  })
  token = ((await response.json()) as { access_token: string }).access_token
})
after(() => stage.close())

async function send({ action, params }: HeavyRequest): Promise<{ readonly code?: string }> {
  const response = await fetch(`${stage.server.url}/web?env=${ENV}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      action,
      env: ENV,
      dataVersion: '2020-01-10',
      access_token: token,
      collectionName: 'heavy',
      ...params,
    }),
  })
  return (await response.json()) as { readonly code?: string }
}

for (const request of HEAVY_REQUESTS) {
  test(`others are answered during ${request.what}`, async () => {
    let code = 'accepted'
    const { deafMs, grownMib } = await costOf(stage.server, async () => {
      code = (await send(request)).code ?? code
    })
    const what = `${code}, deaf for ${deafMs.toFixed(0)} ms, grew by ${grownMib.toFixed(0)} MiB`
    if (process.env.SHOW_COSTS !== undefined) process.stderr.write(`${what}\n`)
    assert.match(code, /^(?:accepted|INVALID_PARAM|DATABASE_REQUEST_FAILED|EXCEED_MAX_RESPONSE_SIZE)$/)
    assert.ok(deafMs <= MAX_DEAF_MS && grownMib <= MAX_GROWN_MIB, what)
  })
}
