import { ERROR } from './common.ts'
import type { Operation } from './operation.ts'
import type { Members } from './schema.ts'

/** Where the operations are, below the root of the server. */
const BASE = '/console/api'

/**
 * The admin API as an OpenAPI 3.1 document, made from the operations themselves.
 *
 * @param version of the server
 * @param cookie the name of the session cookie, which differs from server to server
 */
export function openApiDocument(
  operations: Readonly<Record<string, Operation>>,
  version: string,
  cookie = 'cloudstead_console',
): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [id, operation] of Object.entries(operations)) {
    const path = `${BASE}${operation.path}`
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(id, operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cloudstead admin API',
      version,
      description:
        'What the Console does. A script sends `Authorization: Bearer <apiKey>`; a browser has a session cookie and sends the header `x-cloudstead-console: 1` with everything that changes something.',
    },
    paths,
    components: {
      schemas: { Error: ERROR.json },
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: cookie },
      },
    },
    security: [{ apiKey: [] }, { session: [] }],
  }
}

function describe(id: string, operation: Operation): Readonly<Record<string, unknown>> {
  const { summary, description, params, query, body, raw, open, errors } = operation
  const parameters = [...parametersOf(params, 'path'), ...parametersOf(query, 'query')]
  const codes = errors.length === 0 ? '' : ` Codes of its own: ${errors.join(', ')}.`
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(open === true ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(raw === true
      ? { requestBody: { required: true, content: { 'application/octet-stream': {} } } }
      : body === undefined
        ? {}
        : { requestBody: { required: true, content: { 'application/json': { schema: body.json } } } }),
    responses: {
      200: { description: 'Done', content: answerContent(operation) },
      default: {
        description: `What went wrong.${codes}`,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

function parametersOf(members: Members, place: 'path' | 'query'): readonly Readonly<Record<string, unknown>>[] {
  return Object.entries(members).map(([name, { json, optional }]) => {
    const { description, ...schema } = json
    return {
      name,
      in: place,
      required: optional !== true,
      ...(description === undefined ? {} : { description }),
      schema,
    }
  })
}

function answerContent({ answerKind, answer }: Operation): Readonly<Record<string, unknown>> {
  switch (answerKind) {
    case 'json':
      return { 'application/json': { schema: answer?.json ?? {} } }
    case 'lines':
      return { 'application/x-ndjson': { schema: answer?.json ?? {} } }
    case 'bytes':
      return { 'application/octet-stream': {} }
  }
}
