import { Folder, SquareFunction, Table2 } from 'lucide'
import { Link } from '../../app/link.tsx'
import { navigate } from '../../app/navigation.ts'
import { modeName } from '../../data/presets.ts'
import { aclKey, FILES, FUNCTIONS, queryOfTarget, type RulesTarget, targetOfKey } from '../../data/rules-target.ts'
import type { Collections } from '../../data/use-collections.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { nameOfTarget, t } from './text.ts'

interface TargetListProps {
  /** Whose permissions are shown. */
  readonly target: RulesTarget
  readonly collections: Collections
  /** The permission mode of files; undefined until it is loaded. */
  readonly storageMode: string | undefined
}

/** Files, functions and every collection, with the permission modes. A select on a phone. */
export function TargetList({ target, collections, storageMode }: TargetListProps) {
  const { value: items = [], error } = collections
  const names = items.map(({ name }) => name)
  const { collection } = target
  const all = [
    FILES,
    FUNCTIONS,
    ...names.map((name) => ({ collection: name })),
    ...(collection === undefined || names.includes(collection) ? [] : [{ collection }]),
  ]
  const chosen = aclKey(target)
  const current = (of: RulesTarget) => (aclKey(of) === chosen ? 'page' : undefined)
  return (
    <div class="targets">
      <div class="only-phone">
        <Select
          label={t.targets}
          value={chosen}
          options={all.map((one) => ({ value: aclKey(one), label: nameOfTarget(one) }))}
          onChange={(key) => void navigate({ to: 'permissions', query: queryOfTarget(targetOfKey(key) ?? FILES) })}
        />
      </div>
      <nav class="not-phone" aria-label={t.targets}>
        <Link to="permissions" class="target" aria-current={current(FILES)}>
          <Icon icon={Folder} />
          <Name name={t.storage} acl={storageMode} />
        </Link>
        <Link to="permissions" query={queryOfTarget(FUNCTIONS)} class="target" aria-current={current(FUNCTIONS)}>
          <Icon icon={SquareFunction} />
          <Name name={t.functions} acl={undefined} />
        </Link>
        <h2 class="targets-title">{t.collections}</h2>
        {items.map(({ name, acl }) => (
          <Link
            key={name}
            to="permissions"
            query={{ collection: name }}
            class="target"
            aria-current={current({ collection: name })}
          >
            <Icon icon={Table2} />
            <Name name={name} acl={acl} />
          </Link>
        ))}
        {collections.value?.length === 0 && <p class="muted small targets-none">{t.noCollections}</p>}
      </nav>
      {error !== undefined && <ErrorNotice error={error} />}
    </div>
  )
}

function Name({ name, acl }: { readonly name: string; readonly acl: string | undefined }) {
  return (
    <span class="target-words">
      <span class="clip">{name}</span>
      {acl !== undefined && <span class="target-mode clip">{modeName(acl)}</span>}
    </span>
  )
}
