import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { test } from 'node:test'
import { addressesOf } from './addresses.ts'

const at = (address: string, family: 'IPv4' | 'IPv6', internal = false) =>
  ({ address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as NetworkInterfaceInfo

const INTERFACES = {
  lo: [at('127.0.0.1', 'IPv4', true), at('::1', 'IPv6', true)],
  wlan: [at('192.168.1.5', 'IPv4'), at('fe80::1', 'IPv6')],
  lan: [at('10.0.0.7', 'IPv4')],
  gone: undefined,
}

for (const [listening, local, network] of [
  ['http://127.0.0.1:8787', 'http://127.0.0.1:8787', []],
  ['http://[::1]:8787', 'http://[::1]:8787', []],
  ['http://0.0.0.0:8787', 'http://127.0.0.1:8787', ['http://192.168.1.5:8787', 'http://10.0.0.7:8787']],
  ['http://[::]:8787', 'http://127.0.0.1:8787', ['http://192.168.1.5:8787', 'http://10.0.0.7:8787']],
  ['http://192.168.1.5:8787', 'http://192.168.1.5:8787', ['http://192.168.1.5:8787']],
] as const) {
  test(`a server that listens on ${listening}`, () => {
    assert.deepEqual(addressesOf(listening, INTERFACES), { local, network })
  })
}
