/** Single requests of one user that ask for more work than a server should give one request. */

/** Elements of the long arrays of the documents. */
const LONG = 36_000
/** Documents in the collection. */
export const DOCUMENTS = 3

/** One document: an array of numbers, one of objects, and a long text. */
export function heavyDocument(n: number): Readonly<Record<string, unknown>> {
  return {
    _id: `heavy-${n}`,
    numbers: Array.from({ length: LONG }, (_, at) => at),
    objects: Array.from({ length: LONG / 5 }, (_, at) => ({ q: at, s: `item ${at}` })),
    text: 'a'.repeat(LONG * 5),
  }
}

/** A request of dialect A without its envelope. */
export interface HeavyRequest {
  readonly what: string
  readonly action: 'database.queryDocument' | 'database.countDocument' | 'database.updateDocument'
  readonly params: Readonly<Record<string, unknown>>
}

function many<T>(count: number, make: (at: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

function fields<T>(count: number, make: (at: number) => readonly [string, T]): Readonly<Record<string, T>> {
  return Object.fromEntries(many(count, make))
}

const find = (what: string, params: HeavyRequest['params']): HeavyRequest => ({
  what,
  action: 'database.queryDocument',
  params: { queryType: 'WHERE', ...params },
})

const count = (what: string, query: object): HeavyRequest => ({
  what,
  action: 'database.countDocument',
  params: { queryType: 'WHERE', query },
})

const update = (what: string, data: object): HeavyRequest => ({
  what,
  action: 'database.updateDocument',
  params: { queryType: 'WHERE', query: {}, data, multi: true, merge: true, upsert: false },
})

const objects = (length: number) => many(length, (n) => ({ n, s: { t: [n] } }))

export const HEAVY_REQUESTS: readonly HeavyRequest[] = [
  find('4,000 $elemMatch projections', {
    projection: fields(4000, (at) => [`f${at}`, { $elemMatch: { q: at } }]),
  }),
  find('100 $elemMatch projections of a long array', {
    projection: { objects: { $elemMatch: { q: -1 } }, ...fields(99, (at) => [`f${at}`, { $elemMatch: { q: -1 } }]) },
  }),
  find('200 $slice projections', { projection: fields(200, (at) => [`objects.f${at}`, { $slice: 1 }]) }),
  find('90 $slice projections of a long array', {
    projection: fields(90, (at) => [`objects.f${at}`, { $slice: 1 }]),
  }),
  find('32 sort fields on long arrays', {
    order: many(32, (at) => ({
      field: at % 2 === 0 ? 'numbers' : 'objects.q',
      direction: at % 3 === 0 ? 'asc' : 'desc',
    })),
  }),
  find('1,000 sort fields', { order: many(1000, (at) => ({ field: `f${at}`, direction: 'asc' })) }),
  count('300 conditions on a long array', { $and: many(300, (at) => ({ numbers: { $ne: -1 - at } })) }),
  count('conditions on fields of elements', { $or: many(300, (at) => ({ 'objects.q': -1 - at })) }),
  count('$elemMatch with many conditions', {
    objects: { $elemMatch: { $or: many(300, (at) => ({ q: -1 - at })) } },
  }),
  count('$all of the last element', { numbers: { $all: many(900, () => LONG - 1) } }),
  count('$in of many objects', { objects: { $in: objects(900) } }),
  count('nested $not', { $nor: many(200, (at) => ({ numbers: { $not: { $lt: -1 - at } } })) }),
  count('expressions on long arrays', {
    $expr: { $gt: [{ $size: { $setUnion: many(500, () => '$numbers') } }, -1] },
  }),
  count('a regular expression that backtracks', { text: { $regex: '^(a+)+b$', $options: '' } }),
  count('a large regular expression', { text: { $regex: '(?:\\pL?){900}b' } }),
  count('many regular expressions', { $or: many(300, (at) => ({ text: { $regex: `(?:a|b){${at}}c` } })) }),
  count('many regular expressions to compile', { $or: many(300, (at) => ({ none: { $regex: `(?:${at}|b){900}` } })) }),
  count('regular expressions in $in', { text: { $in: many(900, (at) => ({ $regex: `a{50}${at}` })) } }),
  update('$addToSet of 20,000 objects', { $addToSet: { set: { $each: objects(20_000) } } }),
  update('$pullAll of 20,000 objects', { $pullAll: { objects: objects(20_000) } }),
  update('$pull with many conditions', { $pull: { objects: { $or: many(400, (at) => ({ q: -1 - at })) } } }),
  update('$push with $sort by many fields', {
    $push: { objects: { $each: [], $sort: fields(300, (at) => [`f${at}`, 1]) } },
  }),
  update('$push with $sort of a long array', { $push: { objects: { $each: [{ q: 1 }], $sort: { s: -1, q: 1 } } } }),
  update('$[] on long arrays', { $inc: { 'objects.$[].q': 1, 'numbers.$[]': 1 } }),
]
