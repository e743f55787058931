import type { StorageFile } from '@cloudstead/admin-api'
import { Download, FolderInput, Pencil, Trash2 } from 'lucide'
import { call } from '../../api/index.ts'
import { useLoaded } from '../../data/use-loaded.ts'
import { Button } from '../../ui/button.tsx'
import { Bytes } from '../../ui/bytes.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { LoadedView } from '../../ui/loaded-view.tsx'
import { Person } from '../../ui/person.tsx'
import { SidePanel } from '../../ui/side-panel.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { downloadEntries } from './file-actions.ts'
import { nameOf, onThisServer, versioned, visibleName } from './paths.ts'
import { Preview } from './preview.tsx'
import { Readers } from './readers.tsx'
import { SafeName } from './safe-name.tsx'
import { t } from './text.ts'
import { UrlMaker } from './url-maker.tsx'

/** Seconds. Long enough to watch a video in the panel. */
const PREVIEW_AGE = 4 * 3_600

interface FilePanelProps {
  readonly path: string
  readonly onClose: () => void
  readonly onRename: () => void
  readonly onCorrectType: (contentType: string) => void
  readonly onMove: () => void
  readonly onDelete: () => void
}

/** The details of a file, with buttons for its actions. */
export function FilePanel({ path, onClose, onRename, onCorrectType, onMove, onDelete }: FilePanelProps) {
  const loaded = useLoaded(async (signal) => {
    const [file, { url }] = await Promise.all([
      call('getFile', { query: { path } }, { signal }),
      call('createFileUrl', { body: { path, maxAge: PREVIEW_AGE } }, { signal }),
    ])
    return { file, previewUrl: versioned(onThisServer(url), file.updatedAt) }
  }, path)
  return (
    <SidePanel
      title={<SafeName name={nameOf(path)} clip={false} />}
      onClose={onClose}
      actions={
        loaded.value && (
          <>
            <Button size="small" icon={Download} onClick={() => void downloadEntries([{ path }])}>
              {t.download}
            </Button>
            <Button size="small" icon={Pencil} onClick={onRename}>
              {t.rename}
            </Button>
            <Button size="small" icon={FolderInput} onClick={onMove}>
              {t.move}
            </Button>
            <Button size="small" icon={Trash2} onClick={onDelete}>
              {t.remove}
            </Button>
          </>
        )
      }
    >
      <LoadedView loaded={loaded}>
        {({ file, previewUrl }) => <Details file={file} previewUrl={previewUrl} onCorrectType={onCorrectType} />}
      </LoadedView>
    </SidePanel>
  )
}

/** The user who uploaded a file first, with all of the ids. */
function Creator({ ids }: { readonly ids: readonly string[] }) {
  return (
    <Person id={ids[0] ?? ''} whole>
      <SafeName name={ids.join(', ')} clip={false} />
    </Person>
  )
}

interface DetailsProps extends Pick<FilePanelProps, 'onCorrectType'> {
  readonly file: StorageFile
  readonly previewUrl: string
}

function Details({ file, previewUrl, onCorrectType }: DetailsProps) {
  const { path, size, contentType, etag, createdAt, updatedAt, owner, creator, fileId, cacheControl } = file
  return (
    <Stack gap={5}>
      <Preview url={previewUrl} contentType={contentType} size={size} name={visibleName(file.name)} />
      <KeyValue
        stacked
        items={[
          { label: t.size, value: <Bytes value={size} /> },
          {
            label: t.type,
            value: (
              <>
                {contentType}{' '}
                <Button size="small" onClick={() => onCorrectType(contentType)}>
                  {t.correctType}
                </Button>
              </>
            ),
          },
          { label: t.modified, value: <Time at={updatedAt} /> },
          createdAt === updatedAt ? undefined : { label: t.created, value: <Time at={createdAt} /> },
          { label: t.cloudPath, value: <SafeName name={path} clip={false} />, copy: path, copyLabel: t.copyPath },
          { label: t.fileId, value: <SafeName name={fileId} clip={false} />, copy: fileId, copyLabel: t.copyFileId },
          owner === undefined
            ? undefined
            : {
                label: t.owner,
                value: (
                  <>
                    <Person id={owner} whole>
                      <SafeName name={owner} clip={false} />
                    </Person>{' '}
                    <span class="muted small">({t.ownerHint})</span>
                  </>
                ),
              },
          {
            label: t.creator,
            value: creator === undefined ? t.administrator : <Creator ids={creator} />,
          },
          { label: t.etag, value: <span class="mono">{etag}</span>, copy: etag },
          cacheControl === undefined ? undefined : { label: t.cacheControl, value: <code>{cacheControl}</code> },
          file.metadata === undefined
            ? undefined
            : { label: t.metadata, value: <pre>{JSON.stringify(file.metadata, undefined, 2)}</pre> },
          file.publicUrl === undefined
            ? undefined
            : {
                label: t.publicUrl,
                value: (
                  <>
                    <code>{file.publicUrl}</code>
                    <span class="muted small public-note">{t.permanent}</span>
                  </>
                ),
                copy: file.publicUrl,
              },
        ]}
      />
      <Readers readers={file.readers} />
      {file.publicUrl === undefined && <UrlMaker path={path} />}
    </Stack>
  )
}
