/** The last segment of a virtual path: `a.jpg` of `http://tmp/a.jpg`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The extension of a virtual path or URL path, with its dot, or empty; like Node's `extname`. */
export function extensionOf(path: string): string {
  const name = baseName(path)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot) : ''
}
