/** Values of wrong types, and a function that puts each of them into each field. */
/** Values of wrong types. */
export const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  '',
  ' ',
  'x',
  '\u0000',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '\ud800',
  'x'.repeat(20_000),
  [],
  [null],
  [[]],
  [{}],
  ['x', 1],
  {},
  { a: 1 },
  { $gt: 1 },
  { $where: 'true' },
  { $function: {} },
  { $date: 'x' },
  { $numberLong: 'x' },
  { length: 1 },
  { toString: null },
  JSON.parse('{"__proto__":{"admin":true}}'),
  JSON.parse('{"constructor":{"prototype":{"x":1}}}'),
  nested(60, []),
  nested(60, {}),
]

/** A deeply nested value. */
function nested(depth: number, kind: object): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = Array.isArray(kind) ? [value] : { a: value }
  return value
}

/** The valid parameters with one field, at any depth, replaced or removed. */
export function* spoiled(
  params: unknown,
  values: readonly unknown[],
): Generator<readonly [what: string, params: unknown]> {
  if (typeof params !== 'object' || params === null) return
  for (const [name, inner] of Object.entries(params)) {
    const replaced = (value: unknown) =>
      Array.isArray(params) ? params.with(Number(name), value) : { ...params, [name]: value }
    const { [name]: _left, ...without } = params as Record<string, unknown>
    if (!Array.isArray(params)) yield [`without ${name}`, without]
    for (const value of values) yield [`${name}: ${JSON.stringify(value)?.slice(0, 60)}`, replaced(value)]
    for (const [what, deeper] of spoiled(inner, values)) yield [`${name}.${what}`, replaced(deeper)]
  }
}
