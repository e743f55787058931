/** Example queries for the fields that the documents have. Pure. */
import type { StoredDocument } from '@cloudstead/admin-api'
import { kindOf } from './values.ts'

type ExampleId =
  | 'exampleEqual'
  | 'exampleGreater'
  | 'exampleIn'
  | 'exampleExists'
  | 'exampleRegex'
  | 'exampleDate'
  | 'exampleOwner'
  | 'exampleOr'

interface Example {
  readonly id: ExampleId
  readonly query: string
}

/** A field name in a query, without quotes where possible. */
function written(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? name : JSON.stringify(name)
}

export function examplesFor(documents: readonly StoredDocument[]): readonly Example[] {
  const first = (kind: string) => {
    for (const { document } of documents) {
      const found = Object.entries(document).find(([name, value]) => !name.startsWith('_') && kindOf(value) === kind)
      if (found !== undefined) return found
    }
    return undefined
  }
  const [text, value] = first('text') ?? ['status', 'paid']
  const [number, amount] = first('number') ?? ['total', 100]
  const [date] = first('date') ?? ['updatedAt']
  const quoted = JSON.stringify(String(value).slice(0, 40))
  const limit = typeof amount === 'number' ? amount : 100
  const today = new Date().toISOString().slice(0, 10)
  return [
    { id: 'exampleEqual', query: `{ ${written(text)}: ${quoted} }` },
    { id: 'exampleGreater', query: `{ ${written(number)}: { $gte: ${limit} } }` },
    { id: 'exampleIn', query: `{ ${written(text)}: { $in: [${quoted}, "..."] } }` },
    {
      id: 'exampleRegex',
      query: `{ ${written(text)}: { $regex: ${JSON.stringify(`^${String(value).slice(0, 2)}`)} } }`,
    },
    { id: 'exampleDate', query: `{ ${written(date)}: { $gte: { $date: "${today}T00:00:00Z" } } }` },
    { id: 'exampleExists', query: `{ ${written(text)}: { $exists: true } }` },
    { id: 'exampleOwner', query: '{ _openid: "..." }' },
    { id: 'exampleOr', query: `{ $or: [{ ${written(text)}: ${quoted} }, { ${written(number)}: ${limit} }] }` },
  ]
}
