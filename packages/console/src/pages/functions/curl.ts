/** The command that calls a route of HTTP access. Pure. */

/** @param origin of the server, without a slash at the end */
export function curlOf(origin: string, { path, auth }: { readonly path: string; readonly auth: boolean }): string {
  const parts = [
    `curl -X POST ${quoted(`${origin}/fn${encodeURI(path)}`)}`,
    ...(auth ? ["-H 'Authorization: Bearer ACCESS_TOKEN'"] : []),
    "-H 'Content-Type: application/json'",
    "-d '{}'",
  ]
  return parts.join(' \\\n  ')
}

/** For a shell; unchanged if it needs no quotes. */
function quoted(text: string): string {
  return /^[\w:/.%~@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
