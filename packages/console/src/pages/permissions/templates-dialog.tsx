import type { RulesKind } from '../../data/rules-target.ts'
import { say } from '../../i18n/language.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Stack } from '../../ui/stack.tsx'
import { templatesOf } from './templates.ts'
import { t } from './text.ts'

interface TemplatesDialogProps {
  readonly of: RulesKind
  readonly onUse: (text: string) => void
  readonly onClose: () => void
}

/** Chooses a template for custom rules. */
export function TemplatesDialog({ of, onUse, onClose }: TemplatesDialogProps) {
  return (
    <Dialog title={t.templatesTitle} size="large" onClose={onClose}>
      <Stack>
        <p class="muted">{t.templatesText}</p>
        <ul class="templates">
          {templatesOf(of).map(({ id, title, description, text }) => (
            <li key={id} class="template">
              <div class="template-head">
                <div>
                  <h3>{say(title)}</h3>
                  <p class="muted small">{say(description)}</p>
                </div>
                <Button size="small" aria-label={t.useOf(say(title))} onClick={() => onUse(text)}>
                  {t.use}
                </Button>
              </div>
              <pre class="template-text">{text}</pre>
            </li>
          ))}
        </ul>
      </Stack>
    </Dialog>
  )
}
