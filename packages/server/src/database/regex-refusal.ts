import { CloudsteadError } from '@cloudstead/protocol'

/** The error for a regular expression, with the reason in both languages. */
export function refusal(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: `the regular expression cannot be used: ${en}`,
    zh: `正则表达式无法使用：${zh}`,
  })
}

/** The error for a part that is not supported. @param zh the part in Chinese, if its name is not the same */
export function unsupported(what: string, zh = what): CloudsteadError {
  return refusal(`${what} is not supported`, `不支持 ${zh}`)
}
