import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { CloudsteadError } from './errors.ts'
import { isTc3Authorization, isTc3Fresh, parseTc3Authorization, type Tc3Request, verifyTc3 } from './tc3.ts'

// Otherwise the SDK looks for the metadata service of a cloud first.
process.env.TENCENTCLOUD = 'true'

interface NodeSdk {
  init(config: object): {
    callFunction(input: object): Promise<unknown>
    getTempFileURL(input: object): Promise<unknown>
    database(): { collection(name: string): { add(document: object): Promise<unknown> } }
  }
}
const require = createRequire(import.meta.url)

/** Version 2 signs for wx-server-sdk 2 as well, and names empty parameters among the signed ones. */
const SDKS = [
  ['node-sdk 3', '@cloudbase/node-sdk'],
  ['node-sdk 2', '@cloudbase/node-sdk-2'],
] as const

interface Captured {
  readonly authorization: string
  readonly request: Tc3Request
}

const SECRET_ID = 'AKIDexample0001'
const SECRET_KEY = 'a-secret/key+with=signs'

/** A request of the SDK 3.18.3, so that the check does not change when the SDK does. */
const GOLDEN: Captured = {
  authorization:
    'TC3-HMAC-SHA256 Credential=AKIDexample0001/2026-11-22/tcb/tc3_request, ' +
    'SignedParams=action;envname;function_name;request_data, ' +
    'SignedHeaders=content-type;host;user-agent;x-client-timestamp;x-sdk-version;x-tcb-source, ' +
    'Signature=c87203b706e55780b43ffc037217e72f9c3b59dc87a970fb9126f4c86bdebda8',
  request: {
    method: 'POST',
    host: '127.0.0.1:34699',
    path: '/admin',
    query: 'env=demo-1abcde&seqId=1a20341e586_1',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'tcb-node-sdk/3.18.3',
      'x-tcb-source': ',tencentcloud',
      'x-client-timestamp': '1795350979974',
      'x-sdk-version': 'tcb-node-sdk/3.18.3',
      host: '127.0.0.1:34699',
    },
    params: {
      action: 'functions.invokeFunction',
      function_name: 'hello',
      request_data: '{"text":" 你好 (!*) ","deep":{"list":[1,null,-2.5],"empty":""}}',
      envName: 'demo-1abcde',
      wxCloudApiToken: '',
      wxCloudbaseAccesstoken: '',
      tcb_sessionToken: '',
      crossAuthorizationToken: '',
    },
    timestamp: 1795350978,
  },
}

function refusal(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof CloudsteadError)
    assert.equal(error.code, 'INVALID_CREDENTIALS')
    assert.match(error.message, pattern)
    return true
  }
}

function without(params: Tc3Request['params'], name: string): Tc3Request['params'] {
  return Object.fromEntries(Object.entries(params).filter(([other]) => other !== name))
}

function check({ authorization, request }: Captured, secretKey = SECRET_KEY): void {
  verifyTc3(parseTc3Authorization(authorization), request, secretKey)
}

for (const [version, packageName] of SDKS)
  describe(`the real ${version}, live`, () => {
    const sdk: NodeSdk = require(packageName)
    const captured: Captured[] = []
    let server: Server

    before(async () => {
      server = createServer((message, response) => {
        const chunks: Buffer[] = []
        message.on('data', (chunk: Buffer) => chunks.push(chunk))
        message.on('end', () => {
          const [path = '', query = ''] = (message.url ?? '').split('?')
          captured.push({
            authorization: message.headers.authorization ?? '',
            request: {
              method: message.method ?? '',
              host: message.headers.host ?? '',
              path,
              query,
              headers: message.headers as Record<string, string>,
              params: JSON.parse(Buffer.concat(chunks).toString('utf8')),
              timestamp: Number(message.headers['x-timestamp']),
            },
          })
          response.setHeader('content-type', 'application/json')
          response.end('{"requestId":"r","data":{"download_list":[],"insertedIds":["x"],"response_data":"{}"}}')
        })
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const { port } = server.address() as AddressInfo
      const app = sdk.init({
        env: 'demo-1abcde',
        secretId: SECRET_ID,
        secretKey: SECRET_KEY,
        serviceUrl: `http://127.0.0.1:${port}/admin`,
      })
      await app.callFunction({
        name: 'hello',
        data: { text: ' 你好 (!*) ', deep: { list: [1, null, -2.5], empty: '' } },
      })
      await app.getTempFileURL({ fileList: ['cloud://demo-1abcde.x/用户/a b.jpg'] })
      await app
        .database()
        .collection('orders')
        .add({ name: "it's", zero: 0, no: false, nothing: null, at: new Date(0) })
    })
    after(async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })

    it('signs plain, nested, Chinese, empty and falsy parameters so that they verify', () => {
      assert.equal(captured.length, 3)
      for (const one of captured) check(one)
    })

    it('any change in transit is detected', () => {
      for (const one of captured) {
        const { request } = one
        const tampered: Partial<Tc3Request>[] = [
          { method: 'PUT' },
          { host: 'other.example' },
          { path: '/web' },
          { query: `${request.query}&x=1` },
          { timestamp: request.timestamp + 1 },
          { headers: { ...request.headers, 'x-sdk-version': 'other' } },
          { headers: { ...request.headers, 'content-type': 'text/plain' } },
          { params: { ...request.params, action: 'database.removeDocument' } },
          { params: { ...request.params, extra: 'unsigned' } },
          { params: { ...request.params, ACTION: request.params.action } },
          { params: { ...request.params, crossAuthorizationToken: 'added' } },
          { params: {} },
          ...Object.entries(request.params)
            .filter(([, value]) => value !== '')
            .flatMap(([name, value]) => [
              { params: without(request.params, name) },
              { params: { ...request.params, [name]: '' } },
              { params: { ...request.params, [name]: [value] } },
            ]),
        ]
        for (const change of tampered) {
          assert.throws(
            () => check({ ...one, request: { ...request, ...change } }),
            refusal(/./),
            JSON.stringify(change),
          )
        }
        assert.throws(() => check(one, `${SECRET_KEY}x`), refusal(/wrong secretKey/))
        const named = one.authorization.replace('SignedParams=', 'SignedParams=absent;')
        check({ ...one, authorization: named })
        const removed = one.authorization.replace('SignedParams=action;', 'SignedParams=')
        assert.throws(() => check({ ...one, authorization: removed }), refusal(/action is not signed/))
      }
    })
  })

describe('a captured request', () => {
  it('still verifies', () => check(GOLDEN))

  it('a parameter that is not signed is refused', () => {
    const params = { ...GOLDEN.request.params, skipRules: true }
    assert.throws(
      () => check({ ...GOLDEN, request: { ...GOLDEN.request, params } }),
      refusal(/skiprules is not signed/),
    )
  })

  it('empty parameters need no signature, and their names may be among the signed ones', () => {
    const { wxCloudApiToken, ...params } = GOLDEN.request.params
    assert.equal(wxCloudApiToken, '')
    const authorization = GOLDEN.authorization.replace('envname;', 'crossauthorizationtoken;envname;')
    check({ authorization, request: { ...GOLDEN.request, params: { ...params, more: ' ' } } })
    const filled = { ...params, crossAuthorizationToken: 'x' }
    assert.throws(
      () => check({ authorization, request: { ...GOLDEN.request, params: filled } }),
      refusal(/does not match/),
    )
  })

  it('the end of one parameter cannot become another one', () => {
    const signed = { action: 'storage.getUploadMetadata', path: 'a\r\n&upsert=true' }
    const authorization = GOLDEN.authorization.replace(/SignedParams=[^,]*/, 'SignedParams=action;path')
    assert.throws(() => check({ authorization, request: { ...GOLDEN.request, params: signed } }), refusal(/line break/))
  })

  it('a parameter that is nested too deep to serialize is refused', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown
    const params = { ...GOLDEN.request.params, deep }
    assert.throws(
      () => check({ ...GOLDEN, request: { ...GOLDEN.request, params } }),
      refusal(/deep is nested too deep/),
    )
  })

  it('two parameters with the same normalized name are refused', () => {
    const params = { ...GOLDEN.request.params, ' ACTION': 'functions.invokeFunction' }
    assert.throws(() => check({ ...GOLDEN, request: { ...GOLDEN.request, params } }), refusal(/both named action/))
  })

  it('a signature with the date of another day is refused', () => {
    const timestamp = GOLDEN.request.timestamp + 86_400
    assert.throws(() => check({ ...GOLDEN, request: { ...GOLDEN.request, timestamp } }), refusal(/date/))
    assert.throws(() => check({ ...GOLDEN, request: { ...GOLDEN.request, timestamp: Number.NaN } }), refusal(/time/))
  })

  it('a signed header that is missing is named', () => {
    const { 'user-agent': _gone, ...headers } = GOLDEN.request.headers
    assert.throws(() => check({ ...GOLDEN, request: { ...GOLDEN.request, headers } }), refusal(/user-agent is missing/))
  })
})

describe('the Authorization header', () => {
  const replaced = (from: string | RegExp, to: string) => GOLDEN.authorization.replace(from, to)

  it('is parsed into its parts', () => {
    const parsed = parseTc3Authorization(GOLDEN.authorization)
    assert.equal(parsed.secretId, SECRET_ID)
    assert.equal(parsed.date, '2026-11-22')
    assert.ok(parsed.signedParams.includes('action'))
    assert.deepEqual(parsed.signedHeaders.slice(0, 2), ['content-type', 'host'])
  })

  it('is refused when a part is missing, duplicated or invalid', () => {
    const bad = [
      '',
      'Bearer abc',
      'TC3-HMAC-SHA256',
      'TC3-HMAC-SHA256 ',
      'TC3-HMAC-SHA256 Credential',
      replaced('TC3-HMAC-SHA256', 'TC3-HMAC-SHA1'),
      replaced('/tcb/', '/cvm/'),
      replaced('2026-11-22', '2026-1-2'),
      replaced(/SignedParams=[^,]*, /, ''),
      replaced(/SignedHeaders=[^,]*, /, ''),
      replaced(/Signature=.*/, 'Signature=none'),
      replaced(/, Signature=.*/, ''),
      replaced('SignedParams=action', 'SignedParams=action;action'),
      replaced('SignedParams=action', 'SignedParams=;action'),
      replaced('host;', ''),
      replaced('content-type;', ''),
      `${GOLDEN.authorization}, Credential=x/2026-11-22/tcb/tc3_request`,
    ]
    for (const header of bad) {
      assert.throws(() => parseTc3Authorization(header), refusal(/./), header)
    }
  })

  it('property: any input is refused and never causes a crash', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        assert.throws(() => parseTc3Authorization(`TC3-HMAC-SHA256 ${one},Credential=${two}`), refusal(/./))
      }),
    )
  })

  it('is recognized', () => {
    assert.equal(isTc3Authorization(GOLDEN.authorization), true)
    assert.equal(isTc3Authorization('Bearer TC3-HMAC-SHA256 '), false)
  })
})

describe('the age of a request', () => {
  it('is checked in both directions, to the second', () => {
    const now = 1_795_000_000_000
    for (const [age, fresh] of [
      [0, true],
      [900, true],
      [901, false],
      [-900, true],
      [-901, false],
    ] as const) {
      assert.equal(isTc3Fresh(now / 1000 - age, now, 900), fresh, `age ${age}`)
    }
    assert.equal(isTc3Fresh(Number.NaN, now, 900), false)
  })
})
