import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpAnswer } from './answer.ts'

const answer = (value: unknown) => httpAnswer(JSON.stringify(value))
const typed = (value: unknown) => {
  const { status, headers, body } = answer(value)
  return [status, headers['content-type'], String(body)]
}

test('a text or a number is plain text, any other value is JSON', () => {
  const text = 'text/plain; charset=utf-8'
  const json = 'application/json; charset=utf-8'
  assert.deepEqual(typed('图'), [200, text, '图'])
  assert.deepEqual(typed(''), [200, text, ''])
  assert.deepEqual(typed(1.5), [200, text, '1.5'])
  assert.deepEqual(typed(true), [200, text, 'true'])
  assert.deepEqual(typed(null), [200, text, ''])
  assert.deepEqual(typed({ ticket: 't' }), [200, json, '{"ticket":"t"}'])
  assert.deepEqual(typed([1]), [200, json, '[1]'])
  assert.deepEqual(typed({ body: 'x' }), [200, json, '{"body":"x"}'])
})

test('an object with a statusCode says what the answer is', () => {
  const { status, headers, body } = answer({
    statusCode: 418,
    headers: {
      'Content-Type': 'text/html',
      'X-Count': 3,
      'Set-Cookie': ['a=1', 'b=2'],
      vary: 'accept',
      link: ['x', 'y'],
    },
    body: '<p>',
  })
  assert.deepEqual([status, body], [418, '<p>'])
  assert.equal(headers['content-type'], 'text/html')
  assert.equal(headers['x-count'], '3')
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2'])
  assert.equal(headers.vary, 'origin, accept')
  assert.equal(headers.link, 'x, y')
  assert.deepEqual(typed({ statusCode: 201, body: { a: 1 } }), [201, 'application/json; charset=utf-8', '{"a":1}'])
  assert.deepEqual(typed({ statusCode: 200, headers: null, body: null }), [200, 'text/plain; charset=utf-8', ''])
  const bytes = answer({ statusCode: 200, body: Buffer.from([0xff, 0]).toString('base64'), isBase64Encoded: true })
  assert.deepEqual([bytes.body, bytes.headers['content-type']], [Buffer.from([0xff, 0]), 'application/octet-stream'])
  const empty = answer({ statusCode: 204, headers: { 'content-type': 'text/html', etag: '"1"' }, body: 'x' })
  assert.deepEqual([empty.body, empty.headers['content-type'], empty.headers.etag], [undefined, undefined, '"1"'])
})

test('an answer that is not valid in HTTP is a failure of the function', () => {
  const wrong: readonly object[] = [
    ...[199, 600, 100, 0, 200.5, '200', null, [200]].map((statusCode) => ({ statusCode })),
    { statusCode: 200, headers: 'x: y' },
    { statusCode: 200, headers: [['x', 'y']] },
    { statusCode: 200, headers: { 'x y': '1' } },
    { statusCode: 200, headers: { '': '1' } },
    { statusCode: 200, headers: { 'x-图': '1' } },
    { statusCode: 200, headers: { x: 'a\r\nset-cookie: b=1' } },
    { statusCode: 200, headers: { 'transfer-encoding': 'a\nb' } },
    { statusCode: 200, headers: { x: '图' } },
    { statusCode: 200, headers: { x: { a: 1 } } },
    { statusCode: 200, headers: { x: ['a', ['b']] } },
    { statusCode: 200, body: { a: 1 }, isBase64Encoded: true },
    { statusCode: 200, body: 'x', isBase64Encoded: 'yes' },
  ]
  for (const value of wrong) {
    assert.throws(() => answer(value), { code: 'FUNCTIONS_EXECUTE_FAIL' }, JSON.stringify(value))
  }
})

test('headers about the connection and about the whole host stay those of the server', () => {
  const names = [
    ...['Connection', 'Keep-Alive', 'Proxy-Authenticate', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade'],
    ...['Content-Length', 'Date', 'X-Request-Id', 'Clear-Site-Data', 'Strict-Transport-Security', 'Alt-Svc'],
    ...['Access-Control-Allow-Origin', 'Access-Control-Allow-Credentials', 'Service-Worker-Allowed'],
  ]
  const { headers } = answer({ statusCode: 200, headers: Object.fromEntries(names.map((name) => [name, 'x'])) })
  const left = Object.keys(headers).sort()
  assert.deepEqual(left, ['content-security-policy', 'content-type', 'vary', 'x-content-type-options'])
})

test('a page of a function is no page of this origin, and cannot change the cookie of the Console', () => {
  const policyOf = (value: unknown) => String(answer(value).headers['content-security-policy'])
  const own = policyOf('<script>')
  assert.match(own, /^sandbox allow-scripts /)
  assert.doesNotMatch(own, /allow-same-origin/)
  const looser = { 'content-security-policy': 'sandbox allow-same-origin', 'X-Content-Type-Options': 'x' }
  for (const statusCode of [200, 404]) {
    assert.equal(policyOf({ statusCode, headers: looser }), `${own}, sandbox allow-same-origin`)
    assert.equal(answer({ statusCode, headers: looser }).headers['x-content-type-options'], 'nosniff')
  }
  const cookies = [
    'cloudstead_console_1=x',
    ' cloudstead_console_1=x',
    '=cloudstead_console_1=x',
    'mine=cloudstead_console_1',
  ]
  const { headers } = answer({ statusCode: 200, headers: { 'set-cookie': cookies } })
  assert.deepEqual(headers['set-cookie'], ['mine=cloudstead_console_1'])
})
