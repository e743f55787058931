import type { DatabaseOperation } from '../database/context.ts'
import {
  MISSING,
  NUMBER,
  OBJECT,
  type Possibilities,
  type Possible,
  type World,
  type WorldVariable,
} from '../possible/possible-value.ts'
import { type Asker, authVariable, LOGINS, type Login, ownerFor } from './world-callers.ts'

export interface DatabaseWorld extends Asker {
  readonly operation: DatabaseOperation
  /** Whether there is a document, and whether it has an `_openid`; what an administrator made has none. */
  readonly document: 'owned' | 'unowned' | 'absent' | 'empty'
}

/** The variables of database rules in a world, and what `get( )` may find. */
export function databaseWorld(options: DatabaseWorld): World {
  const { caller, operation } = options
  const brings = operation === 'create' || operation === 'update'
  const data: Possibilities = brings ? [SENT] : [MISSING]
  const variables = new Map<string, WorldVariable>([
    ['auth', authVariable(options)],
    ['doc', documentVariable(options)],
    ['request', { value: [OBJECT], members: new Map([['data', data]]) }],
    ['now', { value: [NUMBER] }],
  ])
  return { variables, get: () => [dataOf([ownerFor(caller), MISSING]), MISSING] }
}

/** What a client sends: anything but an `_openid`, which only the server sets. */
const SENT: Possible = dataOf([MISSING])

function dataOf(openid: Possibilities): Possible {
  return { is: 'object', members: new Map([['_openid', openid]]) }
}

function documentVariable({ document, caller }: DatabaseWorld): WorldVariable {
  switch (document) {
    case 'owned':
      return { value: [dataOf([ownerFor(caller)])] }
    case 'unowned':
      return { value: [dataOf([MISSING])] }
    case 'absent':
      return { value: [MISSING] }
    case 'empty':
      // One that has no other fields.
      return { value: [OBJECT], members: new Map([['_openid', [ownerFor(caller)]]]) }
  }
}

/** Every combination of login and document that a rule for these operations can meet. */
export function databaseWorlds(
  operations: readonly DatabaseOperation[],
  more: Partial<DatabaseWorld> = {},
): readonly World[] {
  return operations.flatMap((operation) =>
    LOGINS.flatMap((login) =>
      documentsOf(operation, more.login ?? login).map((document) =>
        databaseWorld({ login, caller: 'anybody', operation, document, ...more }),
      ),
    ),
  )
}

/** What is made is its maker's; what is asked for may not exist. */
function documentsOf(operation: DatabaseOperation, login: Login): readonly DatabaseWorld['document'][] {
  if (operation === 'create') return [login === 'nobody' ? 'unowned' : 'owned']
  return ['owned', 'unowned', 'absent']
}

/** What is asked about documents that are not the caller's; about `create`, whose document always is, who may at all. */
export function strangersDatabaseWorlds(operation: DatabaseOperation, login: Login): readonly World[] {
  const documents = documentsOf(operation, login).filter((document) => document !== 'absent')
  return documents.map((document) => databaseWorld({ login, caller: 'stranger', operation, document }))
}

/** A document of somebody else in which nothing else stands, and a caller who sends and chooses whatever helps. */
export function choosersWorld(operation: DatabaseOperation, login: Login): World {
  return databaseWorld({ login, caller: 'chooser', operation, document: 'empty' })
}
