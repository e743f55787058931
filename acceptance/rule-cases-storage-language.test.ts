/** Decided cases of the language itself: the value of expressions, observed through permissions. */
import { decideStorageCases, type StorageGroup } from './support/storage-cases.ts'

/** Alice reads under the first expression and uploads under the second: whether each is exactly `true`. */
const PAIRS: readonly [read: string, reads: 'yes' | 'no', write: string, writes: 'yes' | 'no'][] = [
  ['true', 'yes', 'false', 'no'],
  ["'true'", 'no', '1', 'no'],
  ["1 == '1'", 'no', "1 != '1'", 'yes'],
  ["'10' < '9'", 'yes', '10 < 9', 'no'],
  ["1 < '2'", 'no', '-1 < +1', 'yes'],
  ['now > "0"', 'no', 'now !== null', 'yes'],
  ['auth', 'no', 'auth && true', 'no'],
  ['auth.uid', 'no', '!!auth.uid', 'no'],
  ['false && true || true', 'yes', 'false && (true || true)', 'no'],
  ['!false == true', 'yes', '1 < 2 == false', 'no'],
  ["'alice' in ['alice2', 'Alice']", 'no', "!(auth.uid in ['bobby', 'wendy'])", 'yes'],
  ["2 in ['2']", 'no', '2 in [1, 2]', 'yes'],
  ['false || auth.openid == auth.uid', 'yes', "auth.uid === 'ALICE'", 'no'],
  ['/ali/.test(auth.uid)', 'yes', '/^li/.test(auth.uid)', 'no'],
  ['null == null', 'yes', 'null != null', 'no'],
]

decideStorageCases(
  PAIRS.map(
    ([read, reads, write, writes]): StorageGroup => ({
      name: `read: ${read}, write: ${write}`,
      rules: { acl: { read, write } },
      cases: [
        ['alice', 'reads', 'users/alice/*.txt', reads, { by: 'alice' }],
        ['alice', 'uploads', 'users/alice/*.txt', writes],
      ],
    }),
  ),
)
