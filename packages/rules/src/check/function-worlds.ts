import { NUMBER, type World, type WorldVariable } from '../possible/possible-value.ts'
import { authVariable, LOGINS, type Login, type WorldCaller } from './world-callers.ts'

/** The variables of rules of functions in a world. */
function functionWorld(caller: WorldCaller): World {
  const variables = new Map<string, WorldVariable>([
    ['auth', authVariable(caller)],
    ['now', { value: [NUMBER] }],
  ])
  return { variables }
}

/** One world for each kind of login. */
export function functionWorlds(options: Partial<WorldCaller> = {}): readonly World[] {
  return LOGINS.map((login) => functionWorld({ login, relation: 'anybody', ...options }))
}

/** The world of a caller whose ids occur in no rule. */
export function strangersFunctionWorlds(login: Login): readonly World[] {
  return [functionWorld({ login, relation: 'stranger' })]
}
