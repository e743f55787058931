import { hintFor, type KitError } from '@cloudstead/kit'

/** The error of a component that is used before `connect`. */
export function notConnected(component: string): KitError {
  const message = `<${component}> needs a connection: call connect() when the program starts`
  return { code: 'NOT_LOGGED_IN', message, hint: hintFor('NOT_LOGGED_IN'), retryable: false }
}
