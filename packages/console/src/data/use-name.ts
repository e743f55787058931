import { effect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call, toApiError } from '../api/index.ts'
import { session } from '../app/session.ts'
import { createNameBook } from './name-book.ts'

const book = createNameBook({
  async ask(ids) {
    try {
      return (await call('nameUsers', { body: { ids } })).items
    } catch (error) {
      if (toApiError(error).code === 'ACTION_FORBIDDEN') return undefined
      throw error
    }
  },
  now: Date.now,
})

let reader: string | undefined
effect(() => {
  const name = session()?.operator?.name
  // Another operator may not see users.
  if (name !== reader) book.clear()
  reader = name
})

/**
 * The name of the person with a uid, openid or custom id; undefined if there is none, or while it is not known. All ids
 * that a page shows are asked for in one request.
 */
export function useName(id: string): string | undefined {
  useEffect(() => book.want(id), [id])
  return book.of(id)?.name
}
