import { ArrowDown, ArrowUp, Pencil, Plus, Trash2 } from 'lucide'
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../ui/button.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { AddField } from './add-field.tsx'
import {
  type ArrayDraft,
  converted,
  type Draft,
  emptyLike,
  type Fault,
  type FieldDraft,
  type ObjectDraft,
} from './draft.ts'
import { t } from './edit-text.ts'
import { FieldName } from './field-name.tsx'
import { OwnerName } from './owner-name.tsx'
import { ValueInput } from './value-input.tsx'
import type { Kind } from './values.ts'

const KINDS: readonly Kind[] = ['text', 'number', 'boolean', 'date', 'file', 'point', 'array', 'object', 'null', 'json']

interface RowsProps<D extends Draft> {
  readonly draft: D
  /** The path in the document, such as `items[0].place`. Empty for the document itself. */
  readonly path: string
  readonly faults: ReadonlyMap<number, Fault>
  readonly onChange: (draft: Draft) => void
}

interface FieldRowsProps extends RowsProps<ObjectDraft> {
  readonly fixedId?: boolean | undefined
}

/** The fields of an object, and a button that adds one. */
export function FieldRows({ draft, path, faults, fixedId = false, onChange }: FieldRowsProps) {
  const { fields } = draft
  const isDocument = path === ''
  const put = (index: number, field: FieldDraft | undefined) =>
    onChange({
      ...draft,
      fields: fields.flatMap((one, at) => (at !== index ? [one] : field === undefined ? [] : [field])),
    })
  return (
    <div class={isDocument ? 'fields' : 'fields is-nested'}>
      {fields.length === 0 && <p class="muted small">{t.emptyObject}</p>}
      {fields.map(({ name, value }, index) => {
        const fixed = isDocument && name === '_id' && fixedId
        return (
          <ValueRow
            key={value.key}
            name={name}
            value={value}
            path={isDocument ? name : `${path}.${name}`}
            faults={faults}
            fixed={fixed}
            hint={isDocument ? hintOf(name, value, fixedId) : undefined}
            onChange={(changed) => put(index, { name, value: changed })}
            onRename={(renamed) => put(index, { name: renamed, value })}
            onRemove={() => put(index, undefined)}
          />
        )
      })}
      <AddField
        onAdd={(name, kind) =>
          onChange({
            ...draft,
            fields: [...fields, { name, value: converted(emptyLike(undefined, Date.now()), kind, Date.now()) }],
          })
        }
        taken={fields.map(({ name }) => name)}
      />
    </div>
  )
}

function hintOf(name: string, value: Draft, fixedId: boolean): ComponentChildren {
  if (name === '_id') return fixedId ? undefined : t.idHint
  if (name !== '_openid') return undefined
  return (
    <>
      {value.kind === 'text' && <OwnerName id={value.text} />} {t.ownerHint}
    </>
  )
}

/** The elements of an array, which can be moved, and a button that adds one. */
function ItemRows({ draft, path, faults, onChange }: RowsProps<ArrayDraft>) {
  const { items } = draft
  const change = (next: readonly Draft[]) => onChange({ ...draft, items: next })
  const move = (from: number, to: number) => {
    const moved = items.filter((_, at) => at !== from)
    const item = items[from]
    if (item !== undefined) change([...moved.slice(0, to), item, ...moved.slice(to)])
  }
  return (
    <div class="fields is-nested">
      {items.length === 0 && <p class="muted small">{t.emptyList}</p>}
      {items.map((value, index) => (
        <ValueRow
          key={value.key}
          name={`[${index}]`}
          value={value}
          path={`${path}[${index}]`}
          faults={faults}
          onChange={(changed) => change(items.map((one, at) => (at === index ? changed : one)))}
          onRemove={() => change(items.filter((_, at) => at !== index))}
          moves={[
            { label: t.moveUp, icon: ArrowUp, disabled: index === 0, onSelect: () => move(index, index - 1) },
            {
              label: t.moveDown,
              icon: ArrowDown,
              disabled: index === items.length - 1,
              onSelect: () => move(index, index + 1),
            },
          ]}
        />
      ))}
      <div>
        <Button
          size="small"
          kind="quiet"
          icon={Plus}
          onClick={() => change([...items, emptyLike(items.at(-1), Date.now())])}
        >
          {t.addItem}
        </Button>
      </div>
    </div>
  )
}

interface ValueRowProps {
  readonly name: string
  readonly value: Draft
  readonly path: string
  readonly faults: ReadonlyMap<number, Fault>
  readonly fixed?: boolean | undefined
  readonly hint?: ComponentChildren
  readonly onChange: (value: Draft) => void
  readonly onRename?: ((name: string) => void) | undefined
  readonly onRemove: () => void
  readonly moves?: readonly MenuItem[] | undefined
}

/** Larger arrays and objects start folded. */
const OPEN_ITEMS = 20

function ValueRow(props: ValueRowProps) {
  const { name, value, path, faults, fixed = false, hint, onChange, onRename, onRemove, moves = [] } = props
  const [renaming, setRenaming] = useState(false)
  const count = value.kind === 'array' ? value.items.length : value.kind === 'object' ? value.fields.length : 0
  const [open, setOpen] = useState(count <= OPEN_ITEMS)
  const fault = faults.get(value.key)
  const isName = fault === 'emptyName' || fault === 'badName' || fault === 'twice'
  const nested = value.kind === 'array' || value.kind === 'object'
  const items: readonly (MenuItem | string)[] = [
    ...(onRename === undefined ? [] : [{ label: t.rename, icon: Pencil, onSelect: () => setRenaming(true) }]),
    ...moves,
    { label: t.removeField, icon: Trash2, danger: true, onSelect: onRemove },
    '-',
    t.type,
    ...KINDS.map((kind) => ({
      label: t.kinds[kind],
      checked: kind === value.kind,
      onSelect: () => kind !== value.kind && onChange(converted(value, kind, Date.now())),
    })),
  ]
  return (
    <div class="field-row">
      <div class="field-row-head">
        {renaming || isName ? (
          <FieldName
            name={name}
            fault={isName ? t.faults[fault] : undefined}
            onRename={(renamed) => {
              setRenaming(false)
              onRename?.(renamed)
            }}
          />
        ) : (
          <span class="field-row-name mono wrap">
            <bdi>{name}</bdi>
          </span>
        )}
        {nested ? (
          <button type="button" class="field-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
            {value.kind === 'array' ? t.items(count) : t.fields(count)}
          </button>
        ) : (
          <span class="field-row-kind">{t.kinds[value.kind]}</span>
        )}
        {!fixed && (
          <Menu label={onRename === undefined ? t.itemMenu(path) : t.fieldMenu(path)} size="small" items={items} />
        )}
      </div>
      {nested ? (
        open && <Nested value={value} path={path} faults={faults} onChange={onChange} />
      ) : (
        <ValueInput
          value={value}
          path={path}
          readOnly={fixed}
          hint={hint}
          fault={isName ? undefined : fault}
          onChange={onChange}
        />
      )}
    </div>
  )
}

function Nested({ value, path, faults, onChange }: Pick<ValueRowProps, 'value' | 'path' | 'faults' | 'onChange'>) {
  if (value.kind === 'array') return <ItemRows draft={value} path={path} faults={faults} onChange={onChange} />
  if (value.kind === 'object') return <FieldRows draft={value} path={path} faults={faults} onChange={onChange} />
  return null
}
