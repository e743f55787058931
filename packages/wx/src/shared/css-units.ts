/**
 * Replaces `rpx`, `vw` and `vh` in declarations with the CSS variables `--rpx`, `--vw` and `--vh`, which hold the size of
 * the simulated screen.
 */
export function transformUnits(declarations: string): string {
  return declarations.replace(
    /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)]*\))|(?<![\w.#-])(-?(?:\d+\.?\d*|\.\d+))(rpx|vw|vh)\b/gi,
    (whole: string, kept: string | undefined, amount: string, unit: string) =>
      kept ??
      (Number(amount) === 0 ? '0px' : unit === undefined ? whole : `calc(var(--${unit.toLowerCase()}) * ${amount})`),
  )
}
