import { connectCode, type Overview, SDKS, type Sdk } from '@cloudstead/admin-api'
import { useState } from 'preact/hooks'
import { Link } from '../../app/link.tsx'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { KeyValue } from '../../ui/key-value.tsx'
import { Stack } from '../../ui/stack.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { t } from './text.ts'

/** The code that connects an app, and the endpoint, environment id and bucket. */
export function ConnectCard({ overview: { env, endpoint, bucket } }: { readonly overview: Overview }) {
  const [sdk, setSdk] = useState<Sdk>('js-sdk-3')
  return (
    <Card title={t.connect} description={t.connectText}>
      <Stack gap={5}>
        <Tabs label={t.sdk} tabs={SDKS.map((id) => ({ id, label: t.sdks[id] }))} value={sdk} onChange={setSdk}>
          <Stack gap={3}>
            <CodeBlock label={t.sdks[sdk]} code={connectCode(sdk, env, endpoint)} copyLabel={t.copyLines} />
            <p class="muted small">
              {t.help[sdk]} {isClient(sdk) ? t.addressHelp : <Link to="keys">{t.makeKey}</Link>}
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

function isClient(sdk: Sdk): boolean {
  return sdk === 'js-sdk-3' || sdk === 'js-sdk-2'
}
