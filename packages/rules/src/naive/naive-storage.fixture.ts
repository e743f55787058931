/** What storage rules see, from docs/rules.md: a request as plain data for the naive evaluator. */
import { Owner } from './naive-evaluator.fixture.ts'

/** Who asks, for which file: the fields of a real context, and nothing that the documentation does not explain. */
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

/** The variable `auth` of every kind of rules. */
export function authVariable(auth: NaiveRequest['auth']): Record<string, unknown> | null {
  if (auth === null) return null
  const { uid, openid, customUserId, loginType } = auth
  // The WeChat openid, else the custom login's id.
  return { uid, openid: openid ?? customUserId, customUserId, loginType }
}

function ownerIds({ auth, resource }: NaiveRequest, mode: 'path' | 'creator'): readonly string[] {
  if (mode === 'path') return resource.claim === undefined ? [] : [resource.claim]
  // The uploader; of a new file, the caller.
  return resource.exists ? (resource.creator ?? []) : callerIds(auth)
}

/** An owner who has one of the caller's ids has all of them; somebody without an id is nobody. */
export function ownerOf(ids: readonly string[], { auth }: Pick<NaiveRequest, 'auth'>): Owner | undefined {
  if (ids.length === 0) return undefined
  const caller = callerIds(auth)
  return new Owner(ids.some((id) => caller.includes(id)) ? [...ids, ...caller] : ids)
}

function callerIds(auth: NaiveRequest['auth']): readonly string[] {
  if (auth === null) return []
  return [auth.uid, auth.openid, auth.customUserId].filter((id) => id !== undefined)
}
