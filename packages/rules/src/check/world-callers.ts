import { LOGIN_TYPES } from '../caller/rule-auth.ts'
import {
  ANY_STRING,
  known,
  type Members,
  MISSING,
  OBJECT,
  type PossibleValue,
  type PossibleValues,
  type StringShape,
  type WorldVariable,
} from '../possible/possible-value.ts'

/** No login, or one of the login types of this server. */
export type Login = 'nobody' | (typeof LOGIN_TYPES)[number]

export const LOGINS: readonly Login[] = ['nobody', ...LOGIN_TYPES]

/**
 * How stored data relate to the caller. `stranger`: they all belong to other users. `chooser`: the same, but the request, and
 * documents that it chooses, can name the caller. `anybody`: not known.
 */
export type CallerRelation = 'anybody' | 'stranger' | 'chooser'

export interface WorldCaller {
  readonly login: Login
  readonly relation: CallerRelation
  /** Assumes that an anonymous login has an openid, to find out whether the lack of it causes something. */
  readonly anonymousOpenid?: boolean
}

/** Looks like any id to a pattern, and occurs in no rule. */
const SAMPLE_ID = 'q3k9v7x2m5t8w4z6'

/** The id of a stranger. It occurs in no rule, and in data only when a chooser puts it there. */
function strangersId(relation: CallerRelation): StringShape {
  const shape: StringShape = {
    mayEqual: () => false,
    mayEqualShape: (other) => other === shape || (relation === 'chooser' && other === ANY_STRING),
    matches: (test) => [test.matches(SAMPLE_ID)],
  }
  return shape
}

/** The variable `auth`. */
export function authVariable(caller: WorldCaller): WorldVariable {
  return { value: [caller.login === 'nobody' ? known(null) : OBJECT], members: members(caller) }
}

function members({ login, relation, anonymousOpenid }: WorldCaller): Members {
  if (login === 'nobody') {
    return new Map(['uid', 'openid', 'customUserId', 'loginType'].map((name) => [name, [MISSING]]))
  }
  const id = (): PossibleValue => ({
    is: 'string',
    shape: relation === 'anybody' ? ANY_STRING : strangersId(relation),
  })
  const openid = id()
  const hasOpenid = login !== 'ANONYMOUS' || anonymousOpenid === true
  const customUserId = { CUSTOM: [openid], WECHAT_OPEN: [id(), MISSING], ANONYMOUS: [MISSING] }[login]
  return new Map<string, PossibleValues>([
    ['uid', [id()]],
    ['openid', [hasOpenid ? openid : MISSING]],
    ['customUserId', customUserId],
    ['loginType', [known(login)]],
  ])
}

/** The owner of a file or document: anybody, or another user than the caller. */
export function ownerFor(relation: CallerRelation): PossibleValue {
  return {
    is: 'id',
    mayEqual: (other) => {
      if (other.is === 'id') return true
      if (other.is === 'known') return typeof other.value === 'string'
      return other.is === 'string' && (relation === 'anybody' || other.shape === ANY_STRING)
    },
  }
}
