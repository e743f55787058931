import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HttpEventOptions, httpEvent } from './event.ts'

function event(options: Partial<HttpEventOptions>) {
  const request = {
    path: '/x',
    method: 'POST',
    query: '',
    headers: {},
    body: Buffer.alloc(0),
    requestId: 'r',
    env: 'e',
  }
  return JSON.parse(httpEvent({ ...request, ...options }))
}

function bodyOf(body: Buffer | string, type: string | undefined) {
  const { body: sent, isBase64Encoded } = event({ body: Buffer.from(body), headers: { 'content-type': type } })
  return isBase64Encoded ? Buffer.from(sent, 'base64') : sent
}

test('an event has the parts of the request', () => {
  assert.deepEqual(event({ path: '/a%20b', method: 'GET', query: 'a=1&b=x+y%2B&a=2&c', headers: { 'x-a': 'A' } }), {
    path: '/a%20b',
    httpMethod: 'GET',
    headers: { 'x-a': 'A' },
    queryStringParameters: { a: '2', b: 'x y+', c: '' },
    requestContext: { requestId: 'r', envId: 'e', appId: '1250000000', uin: '' },
    body: '',
    isBase64Encoded: false,
  })
})

test('a body of text is text, any other one is base64', () => {
  const text = '{"图":1}'
  const types = ['application/json', 'Application/JSON; charset=UTF-8', 'text/plain', 'text/html;charset="utf-8"']
  const more = ['application/x-www-form-urlencoded', 'application/problem+json', 'image/svg+xml', '', ' ', undefined]
  for (const type of [...types, ...more]) assert.equal(bodyOf(text, type), text, type)
  for (const type of [
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'image/png',
    'text/plain; charset=gbk',
  ]) {
    assert.deepEqual(bodyOf(text, type), Buffer.from(text), type)
  }
  const binary = Buffer.from([0xff, 0x00, 0x80])
  assert.deepEqual(bodyOf(binary, 'text/plain'), binary)
  assert.equal(bodyOf('\ufeffx', 'text/plain'), '\ufeffx', 'with its byte order mark')
})

test('the cookie of the Console is not passed on', () => {
  const headersOf = (cookie: string) => event({ headers: { cookie, host: 'h' } }).headers
  assert.deepEqual(headersOf('a=1; cloudstead_console_1f=secret;b=2'), { host: 'h', cookie: 'a=1;b=2' })
  assert.deepEqual(headersOf('cloudstead_console_1f=secret'), { host: 'h' })
  assert.deepEqual(headersOf('a=cloudstead_console_1'), { host: 'h', cookie: 'a=cloudstead_console_1' })
})
