/** What is valid in the places of a configuration whose schema says it by a pattern or by alternatives. */
import { A_FUNCTION_NAME, type Text } from '@cloudstead/rules'

/** By the path of the value. The first that matches holds. */
const EXPECTED: readonly (readonly [RegExp, Text])[] = [
  [
    /^storage\.acl$/,
    presetOr('{ "read": ..., "write": ..., "maxAge": seconds }', '{ "read": ..., "write": ..., "maxAge": 秒数 }'),
  ],
  [
    /^database\.collections\.[^.]+\.acl$/,
    presetOr('{ "read": ..., "write": ..., "create": ..., "update": ..., "delete": ... }'),
  ],
  [
    /^storage\.maxFileSize$/,
    { en: 'a number of bytes or a string such as "100MB"', zh: '字节数，或 "100MB" 这样的字符串' },
  ],
  [
    /\.(read|write|create|update|delete|invoke)$/,
    {
      en: 'true, false or an expression of at most 1,024 characters',
      zh: 'true、false 或最多 1,024 个字符的表达式',
    },
  ],
  [
    /^functions\.http\..*\.function$/,
    { en: `the name of a function: ${A_FUNCTION_NAME.en}`, zh: `函数名：${A_FUNCTION_NAME.zh}` },
  ],
  [
    /^functions\.http\./,
    {
      en: 'the name of a function or { "function": "NAME", "auth": false, "wholePath": false }',
      zh: '函数名，或 { "function": "NAME", "auth": false, "wholePath": false }',
    },
  ],
  [
    /^functions\.timezone$/,
    { en: 'hours and minutes from UTC, such as "+08:00"', zh: '与 UTC 相差的时和分，例如 "+08:00"' },
  ],
  [
    /^functions\.settings\..*\.handler$/,
    { en: 'FILE.EXPORT, such as "index.main"', zh: '文件名.导出名，例如 "index.main"' },
  ],
  [
    /^functions\.settings\..*\.(cron|config)$/,
    {
      en: 'seven fields: second minute hour day month weekday year, such as "0 */5 * * * * *"',
      zh: '七个字段：秒 分 时 日 月 星期 年，例如 "0 */5 * * * * *"',
    },
  ],
  [
    /^functions\.settings\..*\.triggers\.\d+\.name$/,
    { en: '1 to 60 letters, digits, - and _', zh: '1 到 60 个字母、数字、- 和 _' },
  ],
  [
    /^functions\.settings\..*\.allow\.\d+$/,
    { en: '"addons", "child-process" or "read:/path"', zh: '"addons"、"child-process" 或 "read:/路径"' },
  ],
  [
    /\.indexes\.\d+$/,
    {
      en: 'a field name or { "fields": { "name": 1 }, "unique": false }',
      zh: '字段名，或 { "fields": { "name": 1 }, "unique": false }',
    },
  ],
]

/** What is valid at a path; undefined where the error of the schema says it. */
export function expectation(path: string): Text | undefined {
  return EXPECTED.find(([at]) => at.test(path))?.[1]
}

/** What names an object can have, at its path. */
export function validName(path: string): Text {
  if (path === 'functions.settings') return A_FUNCTION_NAME
  if (path.endsWith('.env')) {
    return {
      en: '1 to 64 letters, digits and _, beginning with a letter',
      zh: '1 到 64 个字母、数字和 _，以字母开头',
    }
  }
  return { en: '1 to 120 letters, digits, - and _', zh: '1 到 120 个字母、数字、- 和 _' }
}

/** A preset or rules. */
function presetOr(en: string, zh = en): Text {
  return {
    en: `READONLY, PRIVATE, ADMINWRITE, ADMINONLY or ${en}`,
    zh: `READONLY、PRIVATE、ADMINWRITE、ADMINONLY 或 ${zh}`,
  }
}
