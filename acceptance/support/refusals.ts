/** The shape of a refusal, whatever was sent. */
import assert from 'node:assert/strict'
import type { RunningServer } from './server.ts'
import { type Answer, type Reply, send } from './wire.ts'

/** A coded error of the dialects A and B. */
export function assertRefused(reply: Reply, what: string): void {
  assert.match(reply.code ?? '', /^[A-Z][A-Z_]+$/, `${what}: ${JSON.stringify(reply).slice(0, 300)}`)
  assert.notEqual(reply.code, 'SYS_ERR', what)
  assert.ok(reply.message, what)
  assert.ok(reply.message.length < 4096, `${what}: the message repeats the input`)
  assert.ok(reply.requestId, what)
  assert.equal(reply.data, undefined, what)
}

/** A coded error, or a success if the value is valid after all; never an internal error. */
export function assertAnswered(reply: Reply, what: string): void {
  if (reply.code !== undefined) assertRefused(reply, what)
}

/** An error in the shape of the login service. */
export function assertLoginError({ status, text }: Answer, what: string): void {
  const body = JSON.parse(text) as Record<string, unknown>
  assert.ok(status >= 400 && status < 500, `${what}: ${status} ${text.slice(0, 200)}`)
  for (const name of ['error', 'error_description', 'error_uri'])
    assert.equal(typeof body[name], 'string', `${what}: ${text}`)
  assert.equal(typeof body.error_code, 'number', what)
  assert.ok(text.length < 8192, what)
}

/** After the tests of bad input: the server still works, has logged no internal error, and stops normally. */
export async function stopUnharmed(server: RunningServer): Promise<void> {
  try {
    const { status, text } = await send(`${server.url}/health`)
    assert.equal(status, 200)
    assert.equal((JSON.parse(text) as { status: string }).status, 'ok')
    const lines = server.log().split('\n')
    assert.deepEqual(
      lines.filter((line) => /"level":[56]0/.test(line)),
      [],
    )
  } finally {
    assert.equal(await server.stop(), 0)
  }
}

/** Sends any bytes as an action of dialect A. */
export async function web(
  server: RunningServer,
  body: string | Uint8Array,
  query = `?env=${server.env}`,
  headers = {},
): Promise<Reply> {
  const answer = await send(`${server.url}/web${query}`, { method: 'POST', body, headers })
  assert.equal(answer.status, 200, 'dialect A answers 200, because the SDK loses the code of other answers')
  return JSON.parse(answer.text) as Reply
}

/** Sends any text as an action of dialect B. */
export async function admin(server: RunningServer, body: string, headers: Record<string, string>): Promise<Reply> {
  const answer = await send(`${server.url}/admin?env=${server.env}`, { method: 'POST', body, headers })
  assert.equal(answer.status, 200)
  return JSON.parse(answer.text) as Reply
}
