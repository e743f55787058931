import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { CloudsteadError } from '@cloudstead/protocol'
import { Busboy, type BusboyInstance } from '@fastify/busboy'

/** Limits of a form. SDKs send up to eight small fields and one file. */
const LIMITS = {
  fields: 32,
  fieldNameSize: 256,
  fieldSize: 64 * 1024,
  files: 1,
  parts: 40,
  headerPairs: 32,
  headerSize: 16 * 1024,
}
/** Bytes of a form besides its file, and before it: fields, and headers of parts. The parser cuts long headers silently. */
const MAX_OVERHEAD_BYTES = 256 * 1024
/** Buffer for file bytes, so that small network chunks are joined. */
const FILE_BUFFER_BYTES = 1024 * 1024

const TOO_LONG = 'its fields and the headers of its parts are too long'

export interface MultipartFile {
  /** The bytes of the only file part. Ends after the whole form was read and is well-formed. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** The Content-Type of the part; known once the first byte was read. */
  contentType(): string | undefined
}

/** Reads the file of a form upload, whatever its field is called. Other fields are ignored. */
export function multipartFile(request: IncomingMessage): MultipartFile {
  let partType: string | undefined

  async function* read(): AsyncGenerator<Uint8Array> {
    const parser = openParser(request)
    const first = Promise.withResolvers<Readable>()
    const finished = Promise.withResolvers<void>()
    // Both may reject before they are awaited.
    first.promise.catch(() => {})
    finished.promise.catch(() => {})
    let file: Readable | undefined

    const fail = (reason: string) => {
      const error = invalidForm(reason)
      first.reject(error)
      finished.reject(error)
      file?.destroy(error)
    }
    parser.on('file', (_field, stream, _name, _encoding, type) => {
      partType = type
      file = stream
      stream.on('error', () => {})
      first.resolve(stream)
    })
    parser.on('filesLimit', () => fail('it has more than one file'))
    parser.on('partsLimit', () => fail('it has too many parts'))
    parser.on('fieldsLimit', () => fail('it has too many fields'))
    parser.on('error', (error) => fail((error as Error).message))
    parser.on('finish', () => {
      first.reject(new CloudsteadError('INVALID_PARAM', 'the form has no file'))
      finished.resolve()
    })
    const interrupted = () => fail('the connection was closed')
    request.once('aborted', interrupted)
    request.once('error', interrupted)
    let received = 0
    const count = (chunk: Buffer) => {
      received += chunk.length
      if (file === undefined && received > MAX_OVERHEAD_BYTES) fail(TOO_LONG)
    }
    request.pipe(parser)
    // After the pipe, so that the parser has seen the chunk.
    request.on('data', count)
    try {
      let fileBytes = 0
      for await (const chunk of (await first.promise) as AsyncIterable<Buffer>) {
        fileBytes += chunk.length
        yield chunk
      }
      await finished.promise
      if (received - fileBytes > MAX_OVERHEAD_BYTES) throw invalidForm(TOO_LONG)
    } catch (error) {
      throw error instanceof CloudsteadError ? error : invalidForm((error as Error).message)
    } finally {
      request.off('data', count)
      request.unpipe(parser)
      parser.destroy()
      request.off('aborted', interrupted)
      request.off('error', interrupted)
    }
  }

  return { bytes: read(), contentType: () => partType }
}

function openParser(request: IncomingMessage): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
      limits: LIMITS,
      highWaterMark: FILE_BUFFER_BYTES,
      fileHwm: FILE_BUFFER_BYTES,
    })
  } catch (error) {
    throw invalidForm((error as Error).message)
  }
}

function invalidForm(reason: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', `the form is not valid: ${reason}`)
}
