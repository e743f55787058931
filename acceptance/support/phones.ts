/** Phones of which a test makes many, and the call that tells as whom a phone is logged in. */
import { after } from 'node:test'
import { createPhone, type Phone, type PhoneOptions } from './clients.ts'
import type { RunningServer } from './server.ts'

/** Makes phones that are put away after the tests of the file, or of the describe block, that called this. */
export function phoneMaker(): (server: RunningServer, options?: PhoneOptions) => Phone {
  const phones: Phone[] = []
  after(() => {
    for (const phone of phones) phone.dispose()
  })
  return (server, options) => {
    const phone = createPhone(server, options)
    phones.push(phone)
    return phone
  }
}

/** A call that only the server can answer; resolves to the caller's directory in the fileID, or rejects. */
export async function whoAmI(phone: Phone, directory: string): Promise<string> {
  const { data } = await phone.app.getUploadMetadata({ cloudPath: `users/${directory}/probe.txt` })
  return data.fileId
}
