/** The task of the app's own server in the recipe: it authenticates a user and creates a login ticket. */
import type { LoginKey } from './server-process.ts'

/** Creates a custom login ticket with the official server SDK. */
export async function createTicket(key: LoginKey, customUserId: string): Promise<string> {
  const { default: nodeSdk } = await quietly(() => import('@cloudbase/node-sdk'))
  return nodeSdk.init({ env: key.env_id, credentials: key }).auth().createTicket(customUserId)
}

/** Suppresses the error that the SDK logs while loading: the package `ws` is missing, but tickets do not need it. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { error } = console
  console.error = () => {}
  try {
    return await work()
  } finally {
    console.error = error
  }
}
