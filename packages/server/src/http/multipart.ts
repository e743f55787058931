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
/** Bytes of a form before its file, while they arrive. */
const MAX_BYTES_BEFORE_FILE = 256 * 1024
/**
 * Bytes of a form besides the contents of its parts: headers and boundaries. Those of SDKs have less than 2 KiB. The parser
 * cuts the header of a part silently at this size, so that a form with such a header is always refused.
 */
const MAX_HEADER_BYTES = LIMITS.headerSize
/** Buffer for file bytes, so that small network chunks are joined. */
const FILE_BUFFER_BYTES = 1024 * 1024

const TOO_LONG = 'its fields and the headers of its parts are too long'
const HEADERS_TOO_LONG = `the headers of its parts have more than ${MAX_HEADER_BYTES} bytes`

export interface MultipartFile {
  /** The bytes of the only file part. Ends after the whole form was read and is well-formed. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** The Content-Type of the part; known once the first byte was read. */
  contentType(): string | undefined
  /** The values of the other fields, as they arrive. Of a name that comes twice, the last one counts. */
  readonly fields: ReadonlyMap<string, string>
}

/** Reads the file of a form upload, whatever its field is called. */
export function multipartFile(request: IncomingMessage): MultipartFile {
  let partType: string | undefined
  const fields = new Map<string, string>()

  async function* read(): AsyncGenerator<Uint8Array> {
    const parser = openParser(request)
    const first = Promise.withResolvers<Readable | undefined>()
    const finished = Promise.withResolvers<void>()
    // Both may reject before they are awaited.
    first.promise.catch(() => {})
    finished.promise.catch(() => {})
    let file: Readable | undefined
    let [received, fileBytes, fieldBytes] = [0, 0, 0]

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
    parser.on('field', (name, value, _nameCut, valueCut) => {
      if (valueCut) fail('a field is too long')
      // Never more than its bytes.
      fieldBytes += value.length
      fields.set(name, value)
    })
    parser.on('filesLimit', () => fail('it has more than one file'))
    parser.on('partsLimit', () => fail('it has too many parts'))
    parser.on('fieldsLimit', () => fail('it has too many fields'))
    parser.on('error', (error) => fail((error as Error).message))
    parser.on('finish', () => {
      first.resolve(undefined)
      finished.resolve()
    })
    const interrupted = () => fail('the connection was closed')
    request.once('aborted', interrupted)
    request.once('error', interrupted)
    const count = (chunk: Buffer) => {
      received += chunk.length
      if (file === undefined && received > MAX_BYTES_BEFORE_FILE) fail(TOO_LONG)
    }
    request.pipe(parser)
    // After the pipe, so that the parser has seen the chunk.
    request.on('data', count)
    try {
      for await (const chunk of ((await first.promise) ?? []) as AsyncIterable<Buffer>) {
        fileBytes += chunk.length
        yield chunk
      }
      await finished.promise
      if (received - fieldBytes - fileBytes > MAX_HEADER_BYTES) throw invalidForm(HEADERS_TOO_LONG)
      if (file === undefined) throw new CloudsteadError('INVALID_PARAM', 'the form has no file')
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

  return { bytes: read(), contentType: () => partType, fields }
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
