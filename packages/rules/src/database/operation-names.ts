import { type Text, text } from '../text.ts'
import type { DatabaseOperation } from './context.ts'

export const OPERATION_NAMES: Readonly<Record<DatabaseOperation, Text>> = {
  read: text('read', '读取'),
  create: text('create', '创建'),
  update: text('update', '更新'),
  delete: text('delete', '删除'),
}

/** @example listOperations(['create', 'update', 'delete']).en // 'create, update and delete' */
export function listOperations(operations: readonly DatabaseOperation[]): Text {
  const names = operations.map((operation) => OPERATION_NAMES[operation])
  const join = (words: readonly string[], comma: string, and: string) =>
    [words.slice(0, -1).join(comma), words.at(-1) ?? ''].filter((part) => part !== '').join(and)
  const english = names.map(({ en }) => en)
  const chinese = names.map(({ zh }) => zh)
  return text(join(english, ', ', ' and '), join(chinese, '、', '和'))
}
