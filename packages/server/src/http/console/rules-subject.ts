import { CloudsteadError } from '@cloudstead/protocol'
import type { RulesSubject } from '../../saved-settings/rules-setting.ts'

/** What rules are for, as operations name it. @throws CloudsteadError INVALID_PARAM for both a collection and functions */
export function subjectOf({
  collection,
  functions,
}: {
  readonly collection?: string | undefined
  readonly functions?: boolean | undefined
}): RulesSubject {
  if (functions !== true) return collection === undefined ? 'storage' : { collection }
  if (collection === undefined) return 'functions'
  throw new CloudsteadError('INVALID_PARAM', {
    en: 'rules are either for functions or for a collection',
    zh: '规则要么用于函数，要么用于集合',
  })
}
