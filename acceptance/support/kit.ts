/** The kit as in an app: built for WeChat, and loaded with the SDK on a simulated phone. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { promisify } from 'node:util'
import type * as Kit from '@cloudstead/kit'
import type { Cloud, ConnectOptions } from '@cloudstead/kit'
import { createMiniProgramRuntime, createWx, type WxInstance, type WxOptions } from '@cloudstead/wx'
import { type Arrangement, SDK_PACKAGES } from './clients.ts'
import type { App, Auth, Database, SdkLine } from './sdk.ts'
import type { RunningServer } from './server.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The app of the SDK, with the types of the tests. */
type TestApp = App & { auth(options?: object): Auth; database(): Database }

export interface KitPhone {
  readonly device: WxInstance
  readonly kit: typeof Kit
  readonly cloud: Cloud<TestApp>
}

export interface KitPhoneOptions {
  readonly sdk?: SdkLine
  readonly arrangement?: Arrangement
  readonly login?: ConnectOptions['login']
  readonly wx?: WxOptions
  /** Another URL of the server, such as that of a proxy. */
  readonly endpoint?: string
  readonly init?: Record<string, unknown>
}

/** Builds the kit for the tests of a file, and creates phones that are disposed of after them. Await it at the top level. */
export async function kitForFile() {
  const directory = await mkdtemp(join(tmpdir(), 'cloudstead-kit-'))
  const phones: { dispose(): void }[] = []
  after(async () => {
    for (const phone of phones) phone.dispose()
    await rm(directory, { recursive: true, force: true })
  })
  const built = join(directory, 'miniprogram_dist')
  await promisify(execFile)(process.execPath, [join(ROOT, 'packages/kit/build.ts'), '--out', built])
  const main = join(built, 'index.js')

  const phone = (server: Pick<RunningServer, 'url' | 'env'>, options: KitPhoneOptions = {}): KitPhone => {
    const { sdk = '2.27.2', arrangement = 'built-in', login } = options
    const device = createWx(options.wx ?? {})
    const runtime = createMiniProgramRuntime({
      wx: device.wx,
      Page: device.Page,
      App: device.App,
      resolveFrom: import.meta.dirname,
    })
    phones.push({
      dispose() {
        runtime.dispose()
        device.dispose()
      },
    })
    const loaded = runtime.require<{ default?: unknown; useAdapters(adapter: unknown): void }>(SDK_PACKAGES[sdk])
    const cloudbase = loaded as unknown as Parameters<typeof Kit.connect<TestApp>>[0]
    if (arrangement === 'separate') {
      const adapter = runtime.require<{ default?: unknown }>('@cloudbase/adapter-wx_mp')
      loaded.useAdapters(adapter.default ?? adapter)
    }
    const kit = runtime.require<typeof Kit>(main)
    const cloud = kit.connect(cloudbase, {
      env: server.env,
      endpoint: options.endpoint ?? server.url,
      ...(login === undefined ? {} : { login }),
      ...(options.init === undefined ? {} : { init: options.init }),
    })
    return { device, kit, cloud }
  }
  return { built, phone }
}

/** Puts files in the album and picks all of them. */
export async function pick(
  { device, kit }: Pick<KitPhone, 'device' | 'kit'>,
  files: readonly { name: string; bytes: Buffer }[],
  options: Kit.PickOptions = {},
): Promise<Kit.MediaFile[]> {
  device.setAlbum({ files: [...files], outcome: 'ok' })
  const picked = await kit.pickMedia({ count: files.length, ...options })
  if (!picked.ok) throw new Error(`picking failed: ${picked.error.code} ${picked.error.message}`)
  return [...picked.files]
}
