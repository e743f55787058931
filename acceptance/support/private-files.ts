/** Private files of one user, and their temporary URLs. */
import assert from 'node:assert/strict'
import { type RunningServer, serverForFile } from './server.ts'
import { newPerson, own, type Person, temporaryUrl, upload } from './wire.ts'

/** The content of a file that the server caches in memory. */
export const SMALL = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251))

export interface PrivateFiles {
  readonly server: RunningServer
  readonly alice: Person
  /** The temporary URL of a file of Alice's; `maxAge` in seconds. */
  signedUrl(path: string, maxAge?: number): Promise<string>
  /** Uploads a file of Alice's and returns its temporary URL. */
  file(name: string, body: Buffer | string, headers?: object): Promise<string>
}

/** Starts a server for the tests of a whole file, after which it stops. */
export async function openPrivateFiles(config: object = {}): Promise<PrivateFiles> {
  const server = await serverForFile({ config: { storage: { acl: 'PRIVATE' }, ...config } })
  const alice = await newPerson(server)
  async function signedUrl(path: string, maxAge = 600): Promise<string> {
    const { code, tempFileURL } = await temporaryUrl(server, alice, path, maxAge)
    assert.equal(code, 'SUCCESS')
    return tempFileURL
  }
  return {
    server,
    alice,
    signedUrl,
    async file(name, body, headers = {}) {
      await upload(server, alice, own(alice, name), body, headers)
      return signedUrl(own(alice, name))
    },
  }
}
