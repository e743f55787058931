import { show } from '../language/explain.ts'
import { PRESENT, type ScopeMember, type Variable } from '../language/scope.ts'
import { type Language, text } from '../text.ts'
import { callerIds, customUserIdOf, idOf, listIds, openidOf, uidOf } from './identity.ts'
import { authOf, type RuleAuth } from './rule-auth.ts'

type WithAuth = { readonly auth: RuleAuth | null }
type Member = ScopeMember<WithAuth>

const NOBODY = text('nobody is logged in', '没有登录')

function whyNobody(context: WithAuth, language: Language): string | undefined {
  return authOf(context) === null ? NOBODY[language] : undefined
}

function whyNoOpenid(context: WithAuth, language: Language): string | undefined {
  const auth = authOf(context)
  if (auth === null) return undefined
  const login = `${listIds(callerIds(auth))} (${show(auth.loginType, language)})`
  return language === 'zh'
    ? `登录 ${login} 既没有微信 openid 也没有 customUserId`
    : `the login ${login} has neither a WeChat openid nor a customUserId`
}

const MEMBERS: ReadonlyMap<string, Member> = new Map<string, Member>([
  [
    'openid',
    {
      get: (context) => {
        const auth = authOf(context)
        return auth === null ? undefined : (openidOf(auth) ?? customUserIdOf(auth))
      },
      whyAbsent: (context, language) => whyNobody(context, language) ?? whyNoOpenid(context, language),
    },
  ],
  ['uid', authMember(uidOf)],
  ['customUserId', authMember(customUserIdOf)],
  ['loginType', authMember((auth) => idOf(auth, 'loginType'))],
])

function authMember(read: (auth: RuleAuth) => string | undefined): Member {
  return {
    get: (context) => {
      const auth = authOf(context)
      return auth === null ? undefined : read(auth)
    },
    whyAbsent: whyNobody,
  }
}

/** The variable `auth` of every kind of rules. */
export const AUTH: Variable<WithAuth> = {
  get: (context) => (authOf(context) === null ? null : PRESENT),
  whyAbsent: whyNobody,
  members: MEMBERS,
}
