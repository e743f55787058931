/** What the app's own server does in the recipe: after it has recognised a user, it makes a login ticket for them. */
import type { LoginKey } from './server-process.ts'

/** A custom login ticket, made by the official server SDK. */
export async function createTicket(key: LoginKey, customUserId: string): Promise<string> {
  const { default: nodeSdk } = await quietly(() => import('@cloudbase/node-sdk'))
  return nodeSdk.init({ env: key.env_id, credentials: key }).auth().createTicket(customUserId)
}

/** The SDK complains on the console, while it loads, that the package `ws` is missing. Tickets do not need it. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { error } = console
  console.error = () => {}
  try {
    return await work()
  } finally {
    console.error = error
  }
}
