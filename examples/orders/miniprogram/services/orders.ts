import type { Result } from '@cloudstead/kit'
import { cloud } from './cloud'

export const ORDERS = 'orders'

export interface Order {
  readonly _id: string
  readonly title: string
  /** The fileIDs of pictures and videos. Never URLs, because those expire. */
  readonly images?: readonly string[]
  readonly createdAt?: Date
  readonly updatedAt?: Date
}

/** Creates an order without pictures, whose id is used in the paths of the uploads. */
export async function createOrder(title: string): Promise<Result<{ id: string }>> {
  const made = await cloud.call(() => orders().add({ title, images: [], createdAt: cloud.db.serverDate() }))
  return made.ok ? { ok: true, id: String(made.answer.id) } : made
}

/** The latest orders first. The permissions of the collection limit the result to the user's own. */
export async function listOrders(skip: number, limit: number): Promise<Result<{ orders: readonly Order[] }>> {
  const found = await cloud.call(() => orders().orderBy('createdAt', 'desc').skip(skip).limit(limit).get())
  return found.ok ? { ok: true, orders: found.answer.data } : found
}

/** Undefined if there is no such order, or if it belongs to another user; the server does not distinguish these. */
export async function findOrder(id: string): Promise<Result<{ order: Order | undefined }>> {
  const found = await cloud.call(() => orders().doc(id).get())
  return found.ok ? { ok: true, order: found.answer.data[0] } : found
}

/** Deletes the files first: without the order, their fileIDs would be lost. */
export async function removeOrder({ _id, images = [] }: Order): Promise<Result<object>> {
  const removed = await removeFiles(images)
  return removed.ok ? cloud.call(() => orders().doc(_id).remove()) : removed
}

export async function removeFiles(fileIDs: readonly string[]): Promise<Result<object>> {
  if (fileIDs.length === 0) return { ok: true }
  return cloud.call(() => cloud.app.deleteFile({ fileList: [...fileIDs] }))
}

function orders() {
  return cloud.db.collection(ORDERS)
}
