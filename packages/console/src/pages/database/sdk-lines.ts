/** Lines of the official SDK that put a first document into a collection. */
export function addLines(collection: string): string {
  return [
    `await app.database().collection('${collection}').add({`,
    '  images: [fileID],',
    '  updatedAt: app.database().serverDate(),',
    '})',
  ].join('\n')
}
