import type { DatabaseOperation } from './context.ts'
import { type Text, text } from '../text.ts'

export const VERBS: Readonly<Record<DatabaseOperation, Text>> = {
  read: text('read', '读取'),
  create: text('create', '创建'),
  update: text('update', '更新'),
  delete: text('delete', '删除'),
}

/** @example listed(['create', 'update', 'delete']).en // 'create, update and delete' */
export function listed(operations: readonly DatabaseOperation[]): Text {
  const verbs = operations.map((operation) => VERBS[operation])
  const join = (words: readonly string[], comma: string, and: string) =>
    [words.slice(0, -1).join(comma), words.at(-1) ?? ''].filter((part) => part !== '').join(and)
  return text(
    join(
      verbs.map(({ en }) => en),
      ', ',
      ' and ',
    ),
    join(
      verbs.map(({ zh }) => zh),
      '、',
      '和',
    ),
  )
}
