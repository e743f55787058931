/** Reads parameters of decoded bodies. Nothing of them can be trusted to have a type. */
import { CloudsteadError } from '@cloudstead/protocol'

/** The parameters of a call, as they arrived. */
export type Params = Readonly<Record<string, unknown>>

/** The request is wrong in the way that the message says. */
export function invalid(message: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', message)
}

/** @throws CloudsteadError INVALID_PARAM naming the parameter, as all of these */
export function string(value: unknown, name: string): string {
  if (typeof value !== 'string') throw invalid(`${name} must be a string`)
  return value
}

/** The member of a body; only its own, whatever its name. */
export function filledString(params: Params, name: string): string {
  const value = Object.hasOwn(params, name) ? params[name] : undefined
  if (typeof value !== 'string' || value === '') throw invalid(`${name} must be a non-empty string`)
  return value
}

export function optionalFilledString(params: Params, name: string): string | undefined {
  return Object.hasOwn(params, name) ? filledString(params, name) : undefined
}

/** Absent or null is the fallback. */
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

export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`${name} must be a list`)
  return value
}

export function object(value: unknown, name: string): Params {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${name} must be an object`)
  return value as Params
}
