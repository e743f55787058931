import { useEffect, useId } from 'preact/hooks'
import { TextInput } from '../../ui/text-input.tsx'
import type { QuestionFieldsProps } from './file-fields.tsx'
import { t } from './text.ts'
import { useFunctionNames } from './use-function-names.ts'

/** The field of the simulator for functions: the name, which may be that of no function yet. */
export function FunctionFields({ fields: { functionName }, onChange }: QuestionFieldsProps) {
  const names = useFunctionNames(true)
  const list = useId()
  const [first] = names
  useEffect(() => {
    if (first !== undefined && functionName === '') onChange({ functionName: first })
  }, [first])
  return (
    <>
      <TextInput
        label={t.functionName}
        mono
        maxLength={60}
        list={list}
        value={functionName}
        onChange={(text) => onChange({ functionName: text })}
      />
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  )
}
