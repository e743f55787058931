import {
  ANY_STRING,
  known,
  type Members,
  MISSING,
  OBJECT,
  type Possibilities,
  type Possible,
  type StringShape,
  type WorldVariable,
} from '../possible/possible-value.ts'

/** Who asks: nobody, or one of the kinds of login that this server has. */
export type Login = 'nobody' | 'ANONYMOUS' | 'CUSTOM' | 'WECHAT_OPEN'

export const LOGINS: readonly Login[] = ['nobody', 'ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN']

/**
 * `stranger`: all stored data have to do with somebody else. `chooser`: the same, but what the request brings and the
 * documents that it chooses may name the caller. `anybody`: nothing is known.
 */
export type Caller = 'anybody' | 'stranger' | 'chooser'

export interface Asker {
  readonly login: Login
  readonly caller: Caller
  /** What if an anonymous login had an openid: tells whether the lack of it is the cause of something. */
  readonly anonymousOpenid?: boolean
}

/** Looks like any id, for patterns; nobody has written it anywhere. */
const SAMPLE_ID = 'q3k9v7x2m5t8w4z6'

/** The id of a stranger: it stands in no rule and, unless the stranger chooses them, in no data. */
function strangersId(caller: Caller): StringShape {
  const shape: StringShape = {
    mayEqual: () => false,
    mayEqualShape: (other) => other === shape || (caller === 'chooser' && other === ANY_STRING),
    matches: (test) => [test.matches(SAMPLE_ID)],
  }
  return shape
}

/** The variable `auth`. */
export function authVariable(asker: Asker): WorldVariable {
  return { value: [asker.login === 'nobody' ? known(null) : OBJECT], members: members(asker) }
}

function members({ login, caller, anonymousOpenid }: Asker): Members {
  if (login === 'nobody') {
    return new Map(['uid', 'openid', 'customUserId', 'loginType'].map((name) => [name, [MISSING]]))
  }
  const id = (): Possible => ({ is: 'string', shape: caller === 'anybody' ? ANY_STRING : strangersId(caller) })
  const openid = id()
  const named = login !== 'ANONYMOUS' || anonymousOpenid === true
  const customUserId = { CUSTOM: [openid], WECHAT_OPEN: [id(), MISSING], ANONYMOUS: [MISSING] }[login]
  return new Map<string, Possibilities>([
    ['uid', [id()]],
    ['openid', [named ? openid : MISSING]],
    ['customUserId', customUserId],
    ['loginType', [known(login)]],
  ])
}

/** Whose a file or a document is: of anybody, or of somebody else than the caller. */
export function ownerFor(caller: Caller): Possible {
  return {
    is: 'id',
    mayEqual: (other) => {
      if (other.is === 'id') return true
      if (other.is === 'known') return typeof other.value === 'string'
      return other.is === 'string' && (caller === 'anybody' || other.shape === ANY_STRING)
    },
  }
}
