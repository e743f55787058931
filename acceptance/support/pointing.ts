/** The lines that direct js-sdk to a server, as `cloudstead dev` prints them, and a journey that needs every address of the SDK. */
import { type Phone, SDK_PACKAGES } from './clients.ts'
import type { RunningServer } from './server.ts'
import { until } from './until.ts'

type SdkLine = keyof typeof SDK_PACKAGES
type App = Phone['app']

export const SDK_LINES = Object.keys(SDK_PACKAGES) as SdkLine[]

/** The first version with `registerHost` is 3.5.3. */
export type Printed = 'registerHost' | 'registerHook'
const printedFor = (sdk: SdkLine): Printed => (sdk === '3.7.0' ? 'registerHost' : 'registerHook')

/** The lines as printed, from `init` or the statement before it. A server of the mode `dev` prints them. */
export async function printedLines(server: RunningServer): Promise<Readonly<Record<Printed, string>>> {
  const output = await until('the hints of dev', server.output, (text) => text.includes('Login codes'))
  const blocks = output.split(/^ {4}\/\/ js-sdk [^\n]*\n/m).slice(1)
  const lines = blocks.map((block) => block.split('\n\n')[0]?.replaceAll(/^ {4}/gm, '') ?? '')
  const with_ = (word: string) => lines.find((block) => block.includes(word)) ?? ''
  return { registerHost: with_('registerHost'), registerHook: with_('registerHook') }
}

/** The lines for a version; 3.3.3 needs `endPointMode` as well, because its default is the same as that of 3.7.0. */
export async function linesFor(server: RunningServer, sdk: SdkLine): Promise<string> {
  const lines = (await printedLines(server))[printedFor(sdk)]
  return sdk === '3.3.3' ? lines.replace(/(init\(\{ env: '[^']+') \}/, "$1, endPointMode: 'CLOUD_API' }") : lines
}

export interface Journey {
  readonly fileID: string
  readonly url: string
  readonly updated: number
  readonly value: unknown
}

/** Logs in, uploads, writes a document, and calls a function and a model, which may fail. Also runs as text in other processes. */
export async function journey(app: App, filePath: string): Promise<Journey> {
  // In 2.x `app.auth` is itself the login client, which `init` created.
  const auth = app.auth as unknown as ReturnType<App['auth']>
  const { error } = await auth.signInAnonymously({})
  if (error) throw new Error(`the login failed: ${error.message}`)
  const uid = (await app.auth().getLoginState())?.user.uid
  const { fileID } = await app.uploadFile({ cloudPath: `users/${uid}/a.txt`, filePath })
  const { fileList } = await app.getTempFileURL({ fileList: [fileID] })
  const orders = app.database().collection('orders')
  const { id } = await orders.add({ value: 1 })
  const { updated } = await orders.doc(id).update({ value: 2 })
  const { data } = await orders.doc(id).get()
  const others = app as unknown as {
    callFunction(options: object): Promise<unknown>
    models: Record<string, { list(options: object): Promise<unknown> }>
  }
  await others.callFunction({ name: 'hello' }).catch(() => {})
  await others.models.orders?.list({}).catch(() => {})
  return { fileID, url: fileList[0]?.tempFileURL ?? '', updated, value: data[0]?.value }
}
