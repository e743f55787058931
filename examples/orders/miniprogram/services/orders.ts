import { type Result, toKitError } from '@cloudstead/kit'
import { cloud } from './cloud'

export const ORDERS = 'orders'

export interface Order {
  readonly _id: string
  readonly title: string
  /** fileIDs of pictures and videos. Never URLs: those expire. */
  readonly images?: readonly string[]
  readonly createdAt?: Date
  readonly updatedAt?: Date
}

/** Makes an order without pictures, so that there is an id to upload them under. */
export async function createOrder(title: string): Promise<Result<{ id: string }>> {
  const made = await ask<{ id?: string }>(() => orders().add({ title, images: [], createdAt: cloud.db.serverDate() }))
  return made.ok ? { ok: true, id: String(made.answer.id) } : made
}

/** The latest orders first. The permissions of the collection leave only the user's own. */
export async function listOrders(skip: number, limit: number): Promise<Result<{ orders: readonly Order[] }>> {
  const found = await ask<{ data?: Order[] }>(() => orders().orderBy('createdAt', 'desc').skip(skip).limit(limit).get())
  return found.ok ? { ok: true, orders: found.answer.data ?? [] } : found
}

/** Undefined when there is no such order, or it is somebody else's: the server does not tell these apart. */
export async function findOrder(id: string): Promise<Result<{ order: Order | undefined }>> {
  const found = await ask<{ data?: Order[] }>(() => orders().doc(id).get())
  return found.ok ? { ok: true, order: found.answer.data?.[0] } : found
}

/** The files first: with the order gone nobody would know of them any more. */
export async function removeOrder({ _id, images = [] }: Order): Promise<Result<object>> {
  if (images.length > 0) {
    const removed = await ask<object>(() => cloud.app.deleteFile({ fileList: [...images] }))
    if (!removed.ok) return removed
  }
  return ask<object>(() => orders().doc(_id).remove())
}

function orders() {
  return cloud.db.collection(ORDERS)
}

/** Calls the SDK as the user. The SDK throws some errors and returns others as `{ code, message }`. */
async function ask<Answer extends object>(call: () => Promise<unknown>): Promise<Result<{ answer: Answer }>> {
  const user = await cloud.ensureLogin()
  if (!user.ok) return user
  try {
    const answer = (await call()) as Answer & { code?: unknown }
    return typeof answer.code === 'string' ? { ok: false, error: toKitError(answer) } : { ok: true, answer }
  } catch (error) {
    return { ok: false, error: toKitError(error) }
  }
}
