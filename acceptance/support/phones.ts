/** Creates many phones, and finds out who is logged in on one. */
import { after } from 'node:test'
import { createPhone, type Phone, type PhoneOptions } from './clients.ts'
import type { RunningServer } from './server.ts'

/** Returns a function that creates phones, which are disposed of after the tests of the current file or describe block. */
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

/** Asks the server; resolves to the fileID of a file in `directory`, or rejects. */
export async function whoAmI(phone: Phone, directory: string): Promise<string> {
  const { data } = await phone.app.getUploadMetadata({ cloudPath: `users/${directory}/probe.txt` })
  return data.fileId
}
