/** Whether the server accepts the name for a new collection. */
export function isCollectionName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,120}$/.test(name)
}
