import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { curlOf } from './curl.ts'

/** The arguments that a shell passes on. */
function argumentsOf(command: string): readonly string[] {
  const printed = execFileSync('sh', ['-c', command.replace(/^curl/, String.raw`printf '%s\n'`)], { encoding: 'utf8' })
  return printed.trimEnd().split('\n')
}

test('the command calls the route, with a token only where one is needed', () => {
  const open = argumentsOf(curlOf('https://api.example.com', { path: '/pay', auth: false }))
  const json = ['-H', 'Content-Type: application/json', '-d', '{}']
  assert.deepEqual(open, ['-X', 'POST', 'https://api.example.com/fn/pay', ...json])
  const closed = argumentsOf(curlOf('http://127.0.0.1:8787', { path: '/', auth: true }))
  assert.deepEqual(closed.slice(2, 5), ['http://127.0.0.1:8787/fn/', '-H', 'Authorization: Bearer ACCESS_TOKEN'])
})

test('a shell does not read anything into the path', () => {
  const path = "/it's $(id) & 支付"
  const url = argumentsOf(curlOf('http://localhost', { path, auth: false }))[2]
  assert.equal(url, `http://localhost/fn${encodeURI(path)}`)
})
