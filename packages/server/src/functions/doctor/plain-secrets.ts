/** Finds secrets that stand in cloudbaserc.json, which is usually under version control. */
import { isObject, listOf, member } from '../project/json.ts'

/** A variable of a function with a secret. */
export interface PlainSecret {
  readonly function: string
  readonly variable: string
}

const SECRET_NAME = /secret|token|passw(?:or)?d|passphrase|credential|key$|key_/i
/** What such a name can have besides: keys that everybody may see, and sizes and times. */
const HARMLESS_NAME = /public|(?:id|url|name|path|file|ttl|expires?|length|max_?age)$/i

/** @param declarations the value of cloudbaserc.json, without its templates filled in */
export function plainSecrets(declarations: unknown): readonly PlainSecret[] {
  return listOf(member(declarations, 'functions')).flatMap((entry) => {
    const name = member(entry, 'name')
    const variables = [member(entry, 'envVariables'), member(member(entry, 'config'), 'envVariables')]
    return variables.filter(isObject).flatMap((one) =>
      Object.entries(one)
        .filter(([variable, value]) => isSecret(variable, value))
        .map(([variable]) => ({ function: String(name), variable })),
    )
  })
}

function isSecret(name: string, value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || value.includes('{{')) return false
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name)
}
