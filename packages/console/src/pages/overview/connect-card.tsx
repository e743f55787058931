import type { Overview } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { Link } from '../../app/link.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { connectCode, PLATFORMS, type Platform } from './connect-code.ts'
import { t } from './text.ts'

/** The code that connects an app, and the endpoint, environment id and bucket. */
export function ConnectCard({ overview: { env, endpoint, bucket } }: { readonly overview: Overview }) {
  const [platform, setPlatform] = useState<Platform>('mini-program')
  return (
    <Card title={t.connect} description={t.connectText}>
      <Stack gap={5}>
        <Tabs
          label={t.platform}
          tabs={PLATFORMS.map((id) => ({ id, label: t.platforms[id] }))}
          value={platform}
          onChange={setPlatform}
        >
          <Stack gap={3}>
            <CodeBlock
              label={t.platforms[platform]}
              code={connectCode(platform, env, endpoint)}
              copyLabel={t.copyLines}
            />
            <p class="muted small">
              {t.help[platform]} {platform === 'node' && <Link to="keys">{t.makeKey}</Link>}
            </p>
          </Stack>
        </Tabs>
        <KeyValue
          items={[
            { label: t.endpoint, value: <code>{endpoint}</code>, copy: endpoint, copyLabel: t.copyEndpoint },
            { label: t.env, value: <code>{env}</code>, copy: env, copyLabel: t.copyEnv },
            { label: t.bucket, value: <code>{bucket}</code>, copy: bucket, copyLabel: t.copyBucket },
          ]}
        />
      </Stack>
    </Card>
  )
}
