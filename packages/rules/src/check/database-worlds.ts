import type { DatabaseOperation } from '../database/context.ts'
import {
  MISSING,
  NUMBER,
  OBJECT,
  type PossibleValue,
  type PossibleValues,
  type World,
  type WorldVariable,
} from '../possible/possible-value.ts'
import { authVariable, LOGINS, type Login, ownerFor, type WorldCaller } from './world-callers.ts'

export interface DatabaseWorldOptions extends WorldCaller {
  readonly operation: DatabaseOperation
  /** Whether the document exists and has an `_openid`, which one created by an administrator lacks. `empty`: it has nothing else. */
  readonly document: 'owned' | 'unowned' | 'absent' | 'empty'
}

/** Whether requests for an operation have `request.data`. */
export function hasData(operation: DatabaseOperation): boolean {
  return operation === 'create' || operation === 'update'
}

/** The variables of database rules in a world, and the documents that `get( )` can find. */
export function databaseWorld(options: DatabaseWorldOptions): World {
  const { relation, operation } = options
  const data: PossibleValues = hasData(operation) ? [SENT] : [MISSING]
  const variables = new Map<string, WorldVariable>([
    ['auth', authVariable(options)],
    ['doc', documentVariable(options)],
    ['request', { value: [OBJECT], members: new Map([['data', data]]) }],
    ['now', { value: [NUMBER] }],
  ])
  return { variables, get: () => [dataWith([ownerFor(relation), MISSING]), MISSING] }
}

/** Data from a client: anything except an `_openid`, which only the server sets. */
const SENT: PossibleValue = dataWith([MISSING])

function dataWith(openid: PossibleValues): PossibleValue {
  return { is: 'object', members: new Map([['_openid', openid]]) }
}

function documentVariable({ document, relation }: DatabaseWorldOptions): WorldVariable {
  switch (document) {
    case 'owned':
      return { value: [dataWith([ownerFor(relation)])] }
    case 'unowned':
      return { value: [dataWith([MISSING])] }
    case 'absent':
      return { value: [MISSING] }
    case 'empty':
      return { value: [OBJECT], members: new Map([['_openid', [ownerFor(relation)]]]) }
  }
}

/** Every combination of a login and a document for these operations. */
export function databaseWorlds(
  operations: readonly DatabaseOperation[],
  options: Partial<DatabaseWorldOptions> = {},
): readonly World[] {
  return operations.flatMap((operation) =>
    LOGINS.flatMap((login) =>
      documentsOf(operation, options.login ?? login).map((document) =>
        databaseWorld({ login, relation: 'anybody', operation, document, ...options }),
      ),
    ),
  )
}

/** A new document belongs to its creator. A requested document may not exist. */
function documentsOf(operation: DatabaseOperation, login: Login): readonly DatabaseWorldOptions['document'][] {
  if (operation === 'create') return [login === 'nobody' ? 'unowned' : 'owned']
  return ['owned', 'unowned', 'absent']
}

/** Worlds with documents of other users. For `create`, whose document is always the caller's, all its worlds. */
export function strangersDatabaseWorlds(operation: DatabaseOperation, login: Login): readonly World[] {
  const documents = documentsOf(operation, login).filter((document) => document !== 'absent')
  return documents.map((document) => databaseWorld({ login, relation: 'stranger', operation, document }))
}

/** A document of another user with no other fields, and a caller who sends and chooses whatever helps. */
export function choosersWorld(operation: DatabaseOperation, login: Login): World {
  return databaseWorld({ login, relation: 'chooser', operation, document: 'empty' })
}
