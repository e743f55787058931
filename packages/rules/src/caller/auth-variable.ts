import { show } from '../language/explain.ts'
import { PRESENT, type ScopeMember, type Variable } from '../language/scope.ts'
import { type Language, text } from '../text.ts'
import { callerIds, idOf, listIds } from './identity.ts'
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
        return auth === null ? undefined : (idOf(auth, 'openid') ?? idOf(auth, 'customUserId'))
      },
      whyAbsent: (context, language) => whyNobody(context, language) ?? whyNoOpenid(context, language),
    },
  ],
  ['uid', authMember('uid')],
  ['customUserId', authMember('customUserId')],
  ['loginType', authMember('loginType')],
])

function authMember(field: string): Member {
  return {
    get: (context) => {
      const auth = authOf(context)
      return auth === null ? undefined : idOf(auth, field)
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
