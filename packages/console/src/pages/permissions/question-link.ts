/** The address of the simulator with its fields filled in. Pure. */
import type { Denial } from '@cloudstead/admin-api'
import type { Query } from '../../app/route.ts'
import { FUNCTIONS, queryOfTarget } from '../../data/rules-target.ts'
import { DOCUMENT_ACTIONS, EMPTY, FILE_ACTIONS, type Fields } from './question.ts'

type RuleCase = NonNullable<Denial['case']>

/** Characters of a member that fit into an address. */
const MAX_TEXT = 4_000

/** The query of an address that asks what was denied; undefined when the simulator has no fields for it. */
export function linkOfDenial(denial: Pick<Denial, 'caller' | 'collection' | 'function' | 'case'>): Query | undefined {
  const { caller } = denial
  const asked = askedOf(denial)
  if (asked === undefined) return undefined
  return { ...asked, ...(caller === null ? { who: 'nobody' } : { uid: caller.uid }) }
}

function askedOf({ collection, function: name, case: ruleCase }: Pick<Denial, 'collection' | 'function' | 'case'>) {
  if (name !== undefined) return { ...queryOfTarget(FUNCTIONS), function: name }
  return ruleCase && (collection === undefined ? fileOf(ruleCase) : documentOf(ruleCase, collection))
}

function fileOf({ action, file, size }: RuleCase): Query | undefined {
  if (typeof file !== 'string') return undefined
  return {
    action: action === 'read' ? 'read' : 'upload',
    path: file,
    size: typeof size === 'number' ? size : undefined,
  }
}

function documentOf({ action, doc, where, data }: RuleCase, collection: string): Query | undefined {
  if (!DOCUMENT_ACTIONS.some((one) => one === action)) return undefined
  const texts = { query: textOf(where), data: textOf(data) }
  if (Object.values(texts).some((text) => (text?.length ?? 0) > MAX_TEXT)) return undefined
  return { collection, action: String(action), id: typeof doc === 'string' ? doc : undefined, ...texts }
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}

/** The fields for the query of an address. The user that it names still has to be loaded. */
export function fieldsOfLink({
  who,
  uid,
  path,
  size,
  id,
  query,
  data,
  action,
  function: functionName,
}: Readonly<Record<string, string>>): Fields {
  return {
    ...EMPTY,
    ...(who === 'nobody' ? { who } : {}),
    ...(uid === undefined ? {} : { who: 'user' }),
    ...(path === undefined ? {} : { path }),
    ...(size === undefined ? {} : { size }),
    ...(functionName === undefined ? {} : { functionName }),
    ...(query === undefined ? {} : { query }),
    ...(data === undefined ? {} : { data }),
    ...(id === undefined ? {} : { id, which: 'id' }),
    fileAction: FILE_ACTIONS.find((one) => one === action) ?? EMPTY.fileAction,
    documentAction: DOCUMENT_ACTIONS.find((one) => one === action) ?? EMPTY.documentAction,
  }
}
