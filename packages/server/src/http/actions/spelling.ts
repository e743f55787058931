import { invalid, type Params } from '../params.ts'

/**
 * The same parameters, where a name in another spelling is an error instead of an absent parameter: reading `query` throws
 * INVALID_PARAM when there is only `QUERY` or ` query`.
 *
 * The signature of a request to `/admin` covers the names in lower case and without blanks around them (protocol/tc3.ts).
 * So on a plain connection somebody between could rename a parameter, and it would not arrive: a removal without its query,
 * or without the limit of the SDK.
 */
export function strictlySpelled(params: Params): Params {
  const spellings = new Map(Object.keys(params).map((name) => [normalized(name), name]))

  function check(name: string | symbol): void {
    if (typeof name === 'symbol' || Object.hasOwn(params, name)) return
    const other = spellings.get(normalized(name))
    if (other !== undefined) throw invalid(`the parameter ${name} is spelled ${JSON.stringify(other)}`)
  }

  return new Proxy(params, {
    get(target, name) {
      check(name)
      return Reflect.get(target, name)
    },
    // Of `Object.hasOwn`.
    getOwnPropertyDescriptor(target, name) {
      check(name)
      return Reflect.getOwnPropertyDescriptor(target, name)
    },
  })
}

/** As in the signature. */
function normalized(name: string): string {
  return name.toLowerCase().trim()
}
