import { AUTH } from '../caller/auth-variable.ts'
import type { Scope, Variable } from '../language/scope.ts'
import type { FunctionFacts } from './context.ts'

/** The variables of rules of functions: `auth` and `now`. */
export const FUNCTION_SCOPE: Scope<FunctionFacts> = {
  kind: 'functions',
  variables: new Map<string, Variable<FunctionFacts>>([
    ['auth', AUTH],
    ['now', { get: ({ now }) => now }],
  ]),
}
