/** One person's files on a server where only they may read them, and the temporary URLs by which others get them. */
import assert from 'node:assert/strict'
import { type RunningServer, serverForFile } from './server.ts'
import { newPerson, own, type Person, temporaryUrl, upload } from './wire.ts'

/** The bytes of a file that is kept in memory. */
export const SMALL = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251))

export interface PrivateFiles {
  readonly server: RunningServer
  readonly alice: Person
  /** The temporary URL of a file of Alice's; `maxAge` in seconds. */
  signedUrl(path: string, maxAge?: number): Promise<string>
  /** Uploads a file of Alice's and returns its temporary URL. */
  file(name: string, body: Buffer | string, headers?: object): Promise<string>
}

/** For the tests of a whole file, after which the server stops. */
export async function openPrivateFiles(): Promise<PrivateFiles> {
  const server = await serverForFile({ config: { storage: { acl: 'PRIVATE' } } })
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
