/** Uploads with preconditions, and uploads in parts, which this server does not have. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openPrivateFiles } from './support/private-files.ts'
import { assertRefused, FILE, FORM, form, sha } from './support/uploads.ts'
import { own, type Sending, send, stored, upload, uploadUrl } from './support/wire.ts'

const { server, alice } = await openPrivateFiles()
const OLD = 'the file that exists'
const NEW = 'the file that is sent'
const ETAG = `"${sha(OLD)}"`
const LONG_AGO = new Date(0).toUTCString()
const LATER = new Date(Date.now() + 3_600_000).toUTCString()

let names = 0
/** A path where the old file is stored, or none. */
async function place(exists: boolean): Promise<string> {
  names += 1
  const path = own(alice, `${names}.txt`)
  if (exists) await upload(server, alice, path, OLD)
  return path
}

const conditions: readonly [what: string, exists: boolean, headers: Sending['headers'], accepted: boolean][] = [
  ['If-None-Match: * where there is no file', false, { 'if-none-match': '*' }, true],
  ['If-None-Match: * over a file', true, { 'if-none-match': '*' }, false],
  ['If-None-Match with the version', true, { 'if-none-match': `"x", ${ETAG}` }, false],
  ['If-None-Match with another version', true, { 'if-none-match': '"x"' }, true],
  ['If-None-Match, malformed', true, { 'if-none-match': 'x' }, false],
  ['If-Match with the version', true, { 'if-match': ETAG }, true],
  ['If-Match with another version', true, { 'if-match': '"x"' }, false],
  ['If-Match with the weak version', true, { 'if-match': `W/${ETAG}` }, false],
  ['If-Match: * where there is no file', false, { 'if-match': '*' }, false],
  ['If-Unmodified-Since later', true, { 'if-unmodified-since': LATER }, true],
  ['If-Unmodified-Since long ago', true, { 'if-unmodified-since': LONG_AGO }, false],
  ['If-Unmodified-Since nonsense', true, { 'if-unmodified-since': 'yesterday' }, true],
  ['If-Modified-Since, which is for reads', true, { 'if-modified-since': LATER }, true],
]
for (const [what, exists, headers, accepted] of conditions) {
  test(`${what}: ${accepted ? 'stored' : 'refused, and nothing changes'}`, async () => {
    for (const sending of [
      { method: 'PUT', body: NEW, headers: { ...headers } },
      { method: 'POST', body: form([{ ...FILE, value: NEW }]), headers: { ...FORM, ...headers } },
      { method: 'POST', chunks: [NEW], headers: { ...headers } },
    ]) {
      const path = await place(exists)
      const answer = await send(await uploadUrl(server, alice, path), sending)
      if (accepted) assert.equal(answer.status, sending.method === 'PUT' ? 200 : 201)
      else assertRefused(answer, 412, 'PRECONDITION_FAILED')
      const before = exists ? OLD : 'STORAGE_FILE_NONEXIST'
      assert.equal(String(await stored(server, alice, path)), accepted ? NEW : before)
    }
  })
}

test('If-None-Match: * of many at once: one file is new', async () => {
  const path = await place(false)
  const url = await uploadUrl(server, alice, path)
  const sent = Array.from({ length: 10 }, (_, at) => `file ${at}`)
  const answers = await Promise.all(
    sent.map((body) => send(url, { method: 'PUT', body, headers: { 'if-none-match': '*' } })),
  )
  const accepted = sent.filter((_, at) => answers[at]?.status === 200)
  assert.equal(accepted.length, 1)
  assert.equal(answers.filter(({ status }) => status === 412).length, 9)
  assert.equal(String(await stored(server, alice, path)), accepted[0])
})

describe('an upload in parts is refused and stores nothing', () => {
  const parts: readonly [what: string, sending: Sending, status: number, code: string][] = [
    [
      'the creation of tus',
      { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'upload-length': '100' } },
      412,
      'PRECONDITION_FAILED',
    ],
    [
      'the creation of tus, of unknown length',
      { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'upload-defer-length': '1' } },
      412,
      'PRECONDITION_FAILED',
    ],
    [
      'the creation of tus with the first bytes',
      {
        method: 'POST',
        headers: {
          'tus-resumable': '1.0.0',
          'upload-length': '100',
          'content-type': 'application/offset+octet-stream',
        },
        body: 'first',
      },
      412,
      'PRECONDITION_FAILED',
    ],
    [
      'another version of tus',
      { method: 'POST', headers: { 'tus-resumable': '0.2.2' }, body: 'x' },
      412,
      'PRECONDITION_FAILED',
    ],
    [
      'a part of tus by POST',
      { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'x-http-method-override': 'PATCH' }, body: 'x' },
      412,
      'PRECONDITION_FAILED',
    ],
    [
      'the creation of the IETF draft',
      { method: 'POST', headers: { 'upload-complete': '?0' }, body: 'x' },
      412,
      'PRECONDITION_FAILED',
    ],
    [
      'a PUT of a range',
      { method: 'PUT', headers: { 'content-range': 'bytes 0-3/100' }, body: 'part' },
      400,
      'INVALID_PARAM',
    ],
  ]
  for (const [what, sending, status, code] of parts) {
    test(what, async () => {
      for (const exists of [true, false]) {
        const path = await place(exists)
        assertRefused(await send(await uploadUrl(server, alice, path), sending), status, code)
        assert.equal(String(await stored(server, alice, path)), exists ? OLD : 'STORAGE_FILE_NONEXIST')
      }
    })
  }
})
