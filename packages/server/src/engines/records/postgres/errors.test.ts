import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isAway } from './errors.ts'

const coded = (code: string): Error => Object.assign(new Error(code), { code })

describe('whether an error means that the server is away', () => {
  test('of the server: it stops, starts, has no room, or cannot write yet', () => {
    const away = '57P01 57P02 57P03 57P05 08000 08001 08003 08004 08006 08P01 53300 25P03 25006'
    for (const code of away.split(' ')) assert.equal(isAway(coded(code)), true, code)
  })

  test('not: faults of a statement, of the disk or of the server itself', () => {
    const here = '23505 40001 40P01 42P01 53100 53200 55P03 57014 57P04 XX000 XX001 28P01 3D000 25001'
    for (const code of here.split(' ')) assert.equal(isAway(coded(code)), false, code)
  })

  test('of the network and the driver', () => {
    for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND']) {
      assert.equal(isAway(coded(code)), true, code)
    }
    assert.equal(isAway(new Error('Connection terminated due to connection timeout')), true)
    assert.equal(isAway(new Error('timeout exceeded when trying to connect')), true)
    assert.equal(isAway(new Error('something else')), false)
    assert.equal(isAway(undefined), false)
  })
})
