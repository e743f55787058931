/** Rules, each with the equivalent handwritten predicate, and the contexts for both. */
import {
  compileStorageRules,
  type RuleAuth,
  type StorageOperation,
  type StorageResource,
  type StorageRuleContext,
  storageFacts,
} from '@cloudstead/rules'

export interface RuleCase<C> {
  readonly name: string
  /** What the server calls. */
  readonly compiled: (context: C) => { readonly allowed: boolean; readonly reason: string }
  readonly handwritten: (context: C) => boolean
  readonly contexts: readonly C[]
}

/**
 * Every caller with every file, in the server's form. As in the server, the strings come from JSON and from parts of a path,
 * since constants would be compared by address. `storageFacts`, which the server calls once per context for all rules,
 * counts for neither side.
 */
const STORAGE_CONTEXTS: readonly StorageRuleContext[] = callers().flatMap((caller) =>
  files().map((file, n): StorageRuleContext => {
    const auth = JSON.parse(JSON.stringify(caller)) as RuleAuth | null
    const { path, exists, creator, size } = JSON.parse(JSON.stringify(file)) as StorageResource
    const claim = /^users\/([^/]+)\//.exec(path)?.[1]
    const resource = { path, claim, creator, exists, size, metadata: undefined }
    return storageFacts({ auth, resource, now: 1_790_000_000_000 + n })
  }),
)

function callers(): (RuleAuth | null)[] {
  return [
    { uid: 'uid-of-alice', loginType: 'CUSTOM', customUserId: 'alice' },
    { uid: 'uid-of-bob', loginType: 'WECHAT_OPEN', openid: 'oBob-0123456789abcdefghijklm' },
    { uid: 'uid-of-tom', loginType: 'CUSTOM', customUserId: 'tommy' },
    { uid: 'uid-of-guest', loginType: 'ANONYMOUS' },
    null,
  ]
}

function files(): StorageResource[] {
  const stamp = '1790000000000_8f3k2q'
  const claimed = ['alice', 'uid-of-bob', 'oBob-0123456789abcdefghijklm', 'tommy', 'uid-of-guest', 'carol']
  return [
    ...claimed.flatMap((claim): StorageResource[] => [
      { path: `users/${claim}/${stamp}.jpg`, exists: true, creator: ['alice', 'uid-of-alice'], size: 204_800 },
      { path: `users/${claim}/${stamp}.PNG`, exists: false },
      { path: `users/${claim}/videos/${stamp}.mp4`, exists: false, size: 40 * 1024 * 1024 },
    ]),
    { path: `public/banners/${stamp}.webp`, exists: true, size: 90_000 },
    { path: `public/${stamp}.jpg`, exists: true, creator: ['uid-of-bob'], size: 90_000 },
    { path: `temp/${stamp}.jpg`, exists: true, creator: ['tommy', 'uid-of-tom'], size: 90_000 },
    { path: `temp/${stamp}.pdf`, exists: false },
  ]
}

const OWN = 'auth != null && resource.openid == auth.openid'
/** False for a file without an owner: a missing id equals nothing. */
function owns({ auth, resource: { claim } }: StorageRuleContext): boolean {
  if (auth === null || claim === undefined) return false
  const openid = auth.openid ?? auth.customUserId
  return openid !== undefined && (claim === openid || claim === auth.uid || claim === auth.customUserId)
}

const MODERATORS = ['uid-of-mia', 'uid-of-tom', 'uid-of-ann']
const MAX_BYTES = 10 * 1024 * 1024
const PICTURE = /\.(jpe?g|png|webp)$/i
const IN_PUBLIC = /^public\//

/** The owner is the {id} of `users/{id}/`, or else the creator; any logged-in user may create a file. */
function ownerOf({ auth, resource }: StorageRuleContext): boolean {
  if (auth === null) return false
  const { claim, creator } = resource
  const isCaller = (id: string) => id === auth.uid || id === auth.openid || id === auth.customUserId
  if (claim !== undefined) return isCaller(claim)
  return !resource.exists || (creator?.some(isCaller) ?? false)
}

export const RULE_CASES: readonly RuleCase<StorageRuleContext>[] = [
  storageCase('own directory', 'read', { read: OWN }, owns),
  storageCase(
    'own directory and moderators',
    'write',
    { write: `auth != null && (resource.openid == auth.openid || auth.uid in ${JSON.stringify(MODERATORS)})` },
    (context) => owns(context) || (context.auth !== null && MODERATORS.includes(context.auth.uid)),
  ),
  storageCase(
    'own directory, size and name',
    'write',
    {
      write: `${OWN} && (resource.size == null || resource.size <= ${MAX_BYTES}) && ${PICTURE}.test(resource.path)`,
    },
    (context) => {
      const { size, path } = context.resource
      return owns(context) && (size === undefined || size <= MAX_BYTES) && PICTURE.test(path)
    },
  ),
  storageCase(
    'public folder or own directory',
    'read',
    { read: `${IN_PUBLIC}.test(resource.path) || (${OWN})` },
    (context) => IN_PUBLIC.test(context.resource.path) || owns(context),
  ),
  storageCase('preset PRIVATE', 'read', 'PRIVATE', ownerOf),
]

function storageCase(
  name: string,
  operation: StorageOperation,
  acl: unknown,
  handwritten: (context: StorageRuleContext) => boolean,
): RuleCase<StorageRuleContext> {
  const rules = compileStorageRules(acl, { resourceOpenid: 'path' })
  return { name, compiled: (context) => rules.evaluate(operation, context), handwritten, contexts: STORAGE_CONTEXTS }
}
