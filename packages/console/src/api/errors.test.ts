import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, errorOf, isAbort, networkError, toApiError } from './errors.ts'

const ANSWER = {
  code: 'INVALID_PARAM',
  message: 'limit must be a number',
  text: { en: 'A parameter is missing or malformed.', zh: '参数缺失或格式错误。' },
  advice: { en: 'Correct it.', zh: '请修改。' },
  requestId: 'r1',
}

test('an error of the server keeps all its details', () => {
  const error = errorOf(400, ANSWER)
  const { status, code, text, advice, message, requestId } = error
  assert.deepEqual({ code, message, text, advice, requestId }, ANSWER)
  assert.equal(status, 400)
  assert.equal(toApiError(error), error)
})

test('any other error answer becomes an error in both languages', () => {
  for (const body of [undefined, null, 5, 'x', {}, { code: 'X' }, { code: 'X', text: { en: 'only English' } }, []]) {
    const { code, text, advice, requestId } = errorOf(502, body, 'r2')
    assert.equal(code, 'UNREADABLE')
    assert.ok(text.en.includes('502') && text.zh.includes('502') && advice?.en && advice.zh)
    assert.equal(requestId, 'r2')
  }
  for (const thrown of [networkError(), toApiError(new TypeError('x is not a function')), toApiError('odd')]) {
    assert.ok(thrown instanceof ApiError && thrown.text.en && thrown.text.zh && thrown.advice?.en && thrown.advice.zh)
  }
})

test('an abort is distinguished from an error', () => {
  assert.ok(isAbort(AbortSignal.abort().reason))
  assert.ok(!isAbort(networkError()))
})
