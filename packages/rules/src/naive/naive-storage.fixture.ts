/** The variables of storage rules, written from docs/rules.md: a request as plain data for the naive evaluator. */
import { Owner } from './naive-evaluator.fixture.ts'

/** A request for a file, with the documented fields of a real context. */
export interface NaiveRequest {
  readonly auth: {
    readonly uid: string
    readonly openid?: string
    readonly customUserId?: string
    readonly loginType: string
  } | null
  readonly resource: {
    readonly path: string
    readonly claim?: string
    readonly creator?: readonly string[]
    readonly exists: boolean
    readonly size?: number
    readonly metadata?: Readonly<Record<string, unknown>>
  }
  readonly now: number
}

/** The variables of a storage rule. */
export function storageVariables(request: NaiveRequest, mode: 'path' | 'creator'): Record<string, unknown> {
  const { auth, resource, now } = request
  const { path, size, metadata } = resource
  return {
    auth: authVariable(auth),
    resource: { openid: ownerOf(ownerIds(request, mode), request), path, size, metadata },
    now,
  }
}

/** The variable `auth`, in rules of every kind. */
export function authVariable(auth: NaiveRequest['auth']): Record<string, unknown> | null {
  if (auth === null) return null
  const { uid, openid, customUserId, loginType } = auth
  // The WeChat openid, otherwise the id of the custom login.
  return { uid, openid: openid ?? customUserId, customUserId, loginType }
}

function ownerIds({ auth, resource }: NaiveRequest, mode: 'path' | 'creator'): readonly string[] {
  if (mode === 'path') return resource.claim === undefined ? [] : [resource.claim]
  // The uploader; for a new file, the caller.
  return resource.exists ? (resource.creator ?? []) : callerIds(auth)
}

/** An owner with one of the caller's ids has all of them. Without an id there is no owner. */
export function ownerOf(ids: readonly string[], { auth }: Pick<NaiveRequest, 'auth'>): Owner | undefined {
  if (ids.length === 0) return undefined
  const caller = callerIds(auth)
  return new Owner(ids.some((id) => caller.includes(id)) ? [...ids, ...caller] : ids)
}

function callerIds(auth: NaiveRequest['auth']): readonly string[] {
  if (auth === null) return []
  return [auth.uid, auth.openid, auth.customUserId].filter((id) => id !== undefined)
}
