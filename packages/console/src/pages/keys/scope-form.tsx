import { RadioGroup } from '../../ui/radio-group.tsx'
import { Select } from '../../ui/select.tsx'
import { Stack } from '../../ui/stack.tsx'
import { ACCESSES, AREAS, type Choice, NOTHING } from './scopes.ts'
import { t } from './text.ts'

interface ScopeFormProps {
  /** Undefined: everything. */
  readonly choice: Choice | undefined
  readonly onChange: (choice: Choice | undefined) => void
  /** What is missing; shown below the areas. */
  readonly problem: string | undefined
}

/** Asks what a new API key may do: everything, or reading or writing in each area. */
export function ScopeForm({ choice, onChange, problem }: ScopeFormProps) {
  return (
    <Stack>
      <RadioGroup
        cards
        autofocus
        label={t.may}
        value={choice === undefined ? 'all' : 'some'}
        options={[
          { value: 'all', label: t.mayAll, hint: t.mayAllText },
          { value: 'some', label: t.maySome, hint: t.maySomeText },
        ]}
        onChange={(kind) => onChange(kind === 'all' ? undefined : NOTHING)}
      />
      {choice !== undefined && (
        <div class="scope-areas">
          {AREAS.map((area) => (
            <Select
              key={area}
              label={t.areas[area]}
              hint={t.areaHints[area]}
              value={choice[area]}
              options={ACCESSES.map((value) => ({ value, label: t.accesses[value] }))}
              onChange={(access) => onChange({ ...choice, [area]: access })}
            />
          ))}
        </div>
      )}
      {problem !== undefined && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
    </Stack>
  )
}
