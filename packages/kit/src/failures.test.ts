import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toKitError, uploadAnswerError, wxError } from './failures.ts'
import { HINTS, type KitErrorCode } from './hints.ts'

test('errors of wx from several versions and phones have a code', () => {
  const cases: readonly (readonly [string, number | undefined, KitErrorCode])[] = [
    ['uploadFile:fail interrupted', 600003, 'INTERRUPTED'],
    ['request:fail network api interrupted in suspend state', undefined, 'INTERRUPTED'],
    ['uploadFile:fail timeout', 5, 'TIMEOUT'],
    ['uploadFile:fail errcode:-118 cronet_error_code:-118 error_msg:net::ERR_CONNECTION_TIMED_OUT', 600001, 'TIMEOUT'],
    ['uploadFile:fail url not in domain list', 600002, 'DOMAIN_NOT_ALLOWED'],
    ['uploadFile:fail something new', 600002, 'DOMAIN_NOT_ALLOWED'],
    ['uploadFile:fail abort', undefined, 'ABORTED'],
    ['uploadFile:fail file not found', 1300002, 'FILE_NOT_FOUND'],
    ['uploadFile:fail createUploadTask:fail file not exist', undefined, 'FILE_NOT_FOUND'],
    ['uploadFile:fail invalid url "x"', undefined, 'INVALID_PARAM'],
    ['request:fail invalid method "PATCH"', undefined, 'INVALID_PARAM'],
    ['uploadFile:fail net::ERR_INTERNET_DISCONNECTED', 600001, 'NETWORK_ERROR'],
    ['uploadFile:fail 似乎已断开与互联网的连接。', undefined, 'NETWORK_ERROR'],
    ['request:fail 请求超时。 timed out', undefined, 'TIMEOUT'],
  ]
  for (const [errMsg, errno, code] of cases) assert.equal(wxError({ errMsg, errno }).code, code, errMsg)
})

test('errors of the picker have a code', () => {
  const cases: readonly (readonly [string, number | undefined, KitErrorCode])[] = [
    ['chooseMedia:fail cancel', undefined, 'CANCELLED'],
    ['chooseMedia:fail auth deny', undefined, 'PERMISSION_MISSING'],
    ['chooseMedia:fail system permission denied', undefined, 'PERMISSION_MISSING'],
    ['chooseMedia:fail privacy permission is not authorized', 104, 'PRIVACY_REFUSED'],
    ['chooseMedia:fail api scope is not declared in the privacy agreement', 112, 'PRIVACY_UNDECLARED'],
    ['chooseMedia:fail unknown', undefined, 'PICK_FAILED'],
  ]
  for (const [errMsg, errno, code] of cases) {
    assert.equal(wxError({ errMsg, errno }, 'PICK_FAILED').code, code, errMsg)
  }
})

test('errors of the SDK have a code in all their shapes', () => {
  const wrapped = (text: string) => new Error(JSON.stringify({ code: 'OPERATION_FAIL', msg: text }))
  const cases: readonly (readonly [unknown, KitErrorCode, string?])[] = [
    [wrapped('[STORAGE_EXCEED_AUTHORITY] no'), 'STORAGE_EXCEED_AUTHORITY', '[STORAGE_EXCEED_AUTHORITY] no'],
    [wrapped('[ACCESS_TOKEN_EXPIRED] old'), 'LOGIN_EXPIRED'],
    [wrapped('[NEVER_HEARD_OF] x'), 'UNKNOWN', '[NEVER_HEARD_OF] x'],
    [wrapped('[DATABASE_NEW_THING] x'), 'DATABASE_REQUEST_FAILED'],
    [new Error('{"code":"INVALID_PARAMS","msg":"[app.x] bad"}'), 'INVALID_PARAM', '[INVALID_PARAMS] [app.x] bad'],
    [new Error('[@cloudbase/js-sdk][INVALID_FILE_NAME][storage]:bad'), 'INVALID_FILE_NAME'],
    [new Error('[@cloudbase/js-sdk][OPERATION_FAIL][storage]:undefined'), 'UNKNOWN'],
    [new Error('network request error'), 'NETWORK_ERROR'],
    [{ errMsg: 'request:fail timeout', errno: 5 }, 'TIMEOUT'],
    [{ error: 'unauthenticated', error_description: 'credentials not found' }, 'LOGIN_EXPIRED'],
    [{ statusCode: 503, data: '<html>', errMsg: 'request:ok' }, 'SERVER_ERROR'],
    [{ statusCode: 401, data: { error: 'unauthenticated' } }, 'LOGIN_EXPIRED'],
    [{ statusCode: 400, data: { code: 'INVALID_ENV', message: 'no' } }, 'WRONG_ENVIRONMENT'],
    [{ statusCode: 404, data: null }, 'UNKNOWN', 'HTTP 404'],
    [new TypeError("Cannot read properties of null (reading 'scope')"), 'LOGIN_EXPIRED'],
    [{ code: 'SYS_ERR', message: 'x' }, 'SERVER_ERROR', '[SYS_ERR] x'],
    ['a text', 'UNKNOWN', 'a text'],
    [undefined, 'UNKNOWN', 'undefined'],
    [null, 'UNKNOWN', 'null'],
  ]
  for (const [thrown, code, message] of cases) {
    const error = toKitError(thrown)
    assert.equal(error.code, code, JSON.stringify(thrown))
    if (message !== undefined) assert.equal(error.message, message)
    assert.deepEqual(error.retryable, HINTS[code].retryable)
  }
})

test('answers of the upload URL have a code', () => {
  const xml = (code: string, message = 'm') => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  const cases: readonly (readonly [number, string, KitErrorCode])[] = [
    [403, xml('STORAGE_SIGN_EXPIRED'), 'UPLOAD_TICKET_EXPIRED'],
    [403, xml('AccessDenied', 'Request has expired'), 'UPLOAD_TICKET_EXPIRED'],
    [403, xml('AccessDenied'), 'STORAGE_EXCEED_AUTHORITY'],
    [400, xml('EntityTooLarge'), 'EXCEED_UPLOAD_MAXFILESIZE'],
    [403, xml('NewThing'), 'UPLOAD_REFUSED'],
    [500, xml('InternalError'), 'STORAGE_REQUEST_FAIL'],
    [502, '<html>', 'STORAGE_REQUEST_FAIL'],
    [408, '', 'STORAGE_REQUEST_FAIL'],
    [302, '', 'UPLOAD_REFUSED'],
  ]
  for (const [status, body, code] of cases)
    assert.equal(uploadAnswerError(status, body).code, code, `${status} ${body}`)
})
