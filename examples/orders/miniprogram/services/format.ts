/** `2026-03-01 09:05`, in the time zone of the phone. */
export function formatTime(time: Date | number | undefined): string {
  if (time === undefined) return ''
  const date = new Date(time)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** `820 KB`, `4.2 MB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/** By the extension: a fileID carries no other information about the content. */
export function isVideo(fileID: string): boolean {
  return /\.(mp4|mov|m4v|3gp|webm)$/i.test(fileID)
}
