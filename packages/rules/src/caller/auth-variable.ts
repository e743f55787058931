import { PRESENT, type ScopeMember, type Variable } from '../language/scope.ts'
import { show } from '../language/show.ts'
import { type Language, text } from '../text.ts'
import { type Caller, callerIds } from './caller.ts'
import { listIds } from './identity.ts'

type WithCaller = { readonly caller: Caller | null }
type Member = ScopeMember<WithCaller>

const NOBODY = text('nobody is logged in', '没有登录')

function whyNobody({ caller }: WithCaller, language: Language): string | undefined {
  return caller === null ? NOBODY[language] : undefined
}

function whyNoOpenid({ caller }: WithCaller, language: Language): string | undefined {
  if (caller === null) return undefined
  const login = `${listIds(callerIds(caller))} (${show(caller.loginType, language)})`
  return language === 'zh'
    ? `登录 ${login} 既没有微信 openid 也没有 customUserId`
    : `the login ${login} has neither a WeChat openid nor a customUserId`
}

const MEMBERS: ReadonlyMap<string, Member> = new Map<string, Member>([
  [
    'openid',
    {
      get: ({ caller }) => caller?.openid,
      whyAbsent: (context, language) => whyNobody(context, language) ?? whyNoOpenid(context, language),
    },
  ],
  ['uid', { get: ({ caller }) => caller?.uid, whyAbsent: whyNobody }],
  ['customUserId', { get: ({ caller }) => caller?.customUserId, whyAbsent: whyNobody }],
  ['loginType', { get: ({ caller }) => caller?.loginType, whyAbsent: whyNobody }],
])

/** The variable `auth`, in rules of every kind. */
export const AUTH: Variable<WithCaller> = {
  get: ({ caller }) => (caller === null ? null : PRESENT),
  isThere: ({ caller }) => caller !== null,
  whyAbsent: whyNobody,
  members: MEMBERS,
}
