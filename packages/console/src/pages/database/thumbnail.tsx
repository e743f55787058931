import { File, FileX } from 'lucide'
import { useState } from 'preact/hooks'
import { classes } from '../../ui/classes.ts'
import { Icon } from '../../ui/icon.tsx'
import { useFileUrl } from './file-url.ts'

/** Extensions of files that browsers show as pictures. Other files get an icon and are not fetched. */
const PICTURE = /\.(?:jpe?g|png|gif|webp|avif|bmp)$/i

/** The picture of a fileID, or an icon. Hidden from screen readers, which read the fileID beside it. */
export function Thumbnail({ fileId, large = false }: { readonly fileId: string; readonly large?: boolean }) {
  return (
    <span class={classes('thumbnail', large && 'is-large')}>
      {PICTURE.test(fileId) ? <Picture key={fileId} fileId={fileId} /> : <Icon icon={File} />}
    </span>
  )
}

function Picture({ fileId }: { readonly fileId: string }) {
  const url = useFileUrl(fileId)
  const [broken, setBroken] = useState(false)
  if (broken) return <Icon icon={FileX} />
  if (url === undefined) return <Icon icon={File} />
  return <img src={url} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />
}
