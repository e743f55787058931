import { Link as LinkIcon } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Answer, call } from '../../api/index.ts'
import { useAttempt } from '../../app/use-attempt.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Select } from '../../ui/select.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { Time } from '../../ui/time.tsx'
import { t } from './text.ts'

const HOUR = 3_600

/** Creates a temporary URL with a chosen lifetime. */
export function UrlMaker({ path }: { readonly path: string }) {
  const [age, setAge] = useState(String(2 * HOUR))
  const [made, setMade] = useState<Answer<'createFileUrl'>>()
  const { busy, error, attempt } = useAttempt()
  const result = useRef<HTMLDivElement>(null)
  useEffect(() => result.current?.scrollIntoView({ block: 'nearest' }), [made])
  const make = () => attempt(async () => setMade(await call('createFileUrl', { body: { path, maxAge: Number(age) } })))
  return (
    <section>
      <h3 class="details-title">{t.url}</h3>
      <Stack gap={2}>
        <p class="muted small">{t.urlHint}</p>
        <Row align="end">
          <Select
            label={t.lifetime}
            value={age}
            onChange={setAge}
            options={[
              { value: String(HOUR / 6), label: t.minutes(10) },
              ...[1, 2, 12, 24].map((hours) => ({ value: String(hours * HOUR), label: t.hours(hours) })),
            ]}
          />
          <Button icon={LinkIcon} busy={busy} onClick={() => void make()}>
            {t.makeUrl}
          </Button>
        </Row>
        {error !== undefined && <ErrorNotice error={error} />}
        {made !== undefined && (
          <div ref={result} class="made-url" role="status">
            <Row align="start" justify="between">
              <code class="wrap">{made.url}</code>
              <CopyButton text={made.url} label={t.copyUrl} />
            </Row>
            <p class="muted small">
              {made.expiresAt === null ? (
                t.permanent
              ) : (
                <>
                  {t.endsAt} <Time at={made.expiresAt} />
                </>
              )}
            </p>
          </div>
        )}
      </Stack>
    </section>
  )
}
