/** The last segment of a virtual path: `a.jpg` of `http://tmp/a.jpg`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The extension of a path with its dot, or empty: as Node's `extname`, for virtual paths and URL paths. */
export function extensionOf(path: string): string {
  const name = baseName(path)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot) : ''
}
