import { ERROR } from './common.ts'
import type { Operation } from './operation.ts'
import type { Members } from './schema.ts'

/** The path that the paths of all operations start with. */
const BASE = '/console/api'

/**
 * Describes the admin API as an OpenAPI 3.1 document.
 *
 * @param version the version of the server
 * @param cookie the name of the session cookie, which differs between servers
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
        'The API that the Console uses. Scripts send `Authorization: Bearer <apiKey>`. Browsers send the session cookie, and with every request that changes something the header `x-cloudstead-console: 1`.',
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
  const codes = errors.length === 0 ? '' : ` Specific codes: ${errors.join(', ')}.`
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
        description: `Error.${codes}`,
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
