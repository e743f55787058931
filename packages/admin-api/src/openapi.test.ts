import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnswerOf, type InputOf, type Operation, type Operations, openApiDocument, operations } from './index.ts'

const ALL: Readonly<Record<string, Operation>> = operations

test('every operation is one method and path, and every {name} of a path is a parameter', () => {
  const places = Object.values(ALL).map(({ method, path }) => `${method} ${path}`)
  assert.equal(new Set(places).size, places.length)
  for (const [id, { path, params }] of Object.entries(ALL)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    assert.deepEqual(named, Object.keys(params), id)
  }
})

test('operations that read have no body, and those that answer JSON or lines have a schema', () => {
  for (const [id, { method, body, raw, answerKind, answer }] of Object.entries(ALL)) {
    if (method === 'GET' || method === 'DELETE') assert.ok(body === undefined && raw === undefined, id)
    assert.equal(answer === undefined, answerKind === 'bytes', id)
  }
})

test('the document has every operation once, with its parameters and answers', () => {
  const document = openApiDocument(ALL, '1.2.3') as {
    paths: Record<string, Record<string, { operationId: string; parameters?: { name: string; required: boolean }[] }>>
  }
  const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId))
  assert.deepEqual(ids.sort(), Object.keys(ALL).sort())
  const list = document.paths['/console/api/storage/files']?.get
  assert.deepEqual(
    list?.parameters?.map(({ name, required }) => [name, required]),
    [
      ['folder', false],
      ['startsWith', false],
      ['deep', false],
      ['sort', false],
      ['order', false],
      ['contains', false],
      ['after', false],
      ['limit', false],
    ],
  )
  assert.equal(JSON.parse(JSON.stringify(document)).openapi, '3.1.0')
})

test('types follow the schemas', () => {
  const input: InputOf<Operations['createFileUrl']> = { params: {}, query: {}, body: { path: 'a.jpg' } }
  const answer: AnswerOf<Operations['listFiles']> = { items: [{ kind: 'folder', path: 'a/', name: 'a' }] }
  // @ts-expect-error: a body needs its path
  const bad: InputOf<Operations['createFileUrl']> = { params: {}, query: {}, body: {} }
  assert.ok(input.body.path !== answer.items[0]?.path && bad !== undefined)
})
