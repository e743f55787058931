/**
 * `rpx`, `vw` and `vh` in declarations become shares of the simulated screen, whose size the runtime keeps in `--rpx`,
 * `--vw` and `--vh`.
 */
export function transformUnits(declarations: string): string {
  return declarations.replace(
    /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)]*\))|(?<![\w.#-])(-?(?:\d+\.?\d*|\.\d+))(rpx|vw|vh)\b/gi,
    (whole: string, kept: string | undefined, amount: string, unit: string) =>
      kept ??
      (Number(amount) === 0 ? '0px' : unit === undefined ? whole : `calc(var(--${unit.toLowerCase()}) * ${amount})`),
  )
}
