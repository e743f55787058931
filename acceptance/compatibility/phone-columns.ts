import { createPhone, loginByOpenId } from '../support/clients.ts'
import type { Column } from './columns.ts'
import { type Client, type ProbeResults, runProbes } from './probe.ts'
import { type ColumnSetup, PROBES } from './run-column.ts'

/** Runs the probes on a phone of their own, logged in by WeChat. */
export async function runOnPhone({ sdk, build, mode }: Column, setup: ColumnSetup): Promise<ProbeResults> {
  const { server, collection, ticket } = setup
  const arrangement = build === 'adapter' ? 'separate' : 'built-in'
  const phone = createPhone(server, { sdk, mode, arrangement, loginCode: `dev:${collection}` })
  try {
    const { openid } = await loginByOpenId(phone)
    const { app, auth, device } = phone
    return await runProbes(PROBES, {
      app: app as Client['app'],
      auth,
      host: server.host,
      root: `users/${openid}`,
      collection,
      ticket,
      wechat: true,
      pick: (bytes, name) => device.files.add(name, bytes),
      downloaded: async (result) => {
        const { tempFilePath } = result as { tempFilePath: string }
        return new Uint8Array(Buffer.from(device.wx.getFileSystemManager().readFileSync(tempFilePath)))
      },
    })
  } finally {
    phone.dispose()
  }
}
