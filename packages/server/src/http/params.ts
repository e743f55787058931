/** Checks the types of parameters. */
import { CloudsteadError } from '@cloudstead/protocol'

/** The decoded parameters of a request. They can have any type. */
export type Params = Readonly<Record<string, unknown>>

/** An INVALID_PARAM error. */
export function invalid(message: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', message)
}

/** @throws CloudsteadError INVALID_PARAM naming the parameter, like all functions below */
export function string(value: unknown, name: string): string {
  if (typeof value !== 'string') throw invalid(`${name} must be a string`)
  return value
}

/** A non-empty string. Inherited members, such as `constructor`, do not count. */
export function filledString(params: Params, name: string): string {
  const value = Object.hasOwn(params, name) ? params[name] : undefined
  if (typeof value !== 'string' || value === '') throw invalid(`${name} must be a non-empty string`)
  return value
}

export function optionalFilledString(params: Params, name: string): string | undefined {
  return Object.hasOwn(params, name) ? filledString(params, name) : undefined
}

/** A boolean; the fallback when it is absent or null. */
export function flag(params: Params, name: string, fallback = false): boolean {
  const value = params[name] ?? fallback
  if (typeof value !== 'boolean') throw invalid(`${name} must be true or false`)
  return value
}

export function optionalNumber(params: Params, name: string): number | undefined {
  const value = params[name] ?? undefined
  if (value !== undefined && typeof value !== 'number') throw invalid(`${name} must be a number`)
  return value
}

/** A whole number in a query string; undefined when it is absent. */
export function wholeNumber(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^[0-9]{1,15}$/.test(value)) throw invalid(`${name} must be a whole number`)
  return Number(value)
}

export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`${name} must be a list`)
  return value
}

export function object(value: unknown, name: string): Params {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${name} must be an object`)
  return value as Params
}

/** @throws CloudsteadError INVALID_PARAM when an object has a member that is not one of `names` */
export function onlyMembers(params: Params, names: readonly string[]): void {
  const other = Object.keys(params).find((name) => !names.includes(name))
  if (other !== undefined) {
    throw invalid(`there is no parameter ${JSON.stringify(other.slice(0, 100))}; valid are ${names.join(', ')}`)
  }
}
