/** The HTML page of the harness. The script creates everything visible. */
export function indexHtml(name: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(name)}</title>
<link rel="stylesheet" href="harness/harness.css">
</head>
<body>
<script src="program/program.js"></script>
<script src="harness/harness.js"></script>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
