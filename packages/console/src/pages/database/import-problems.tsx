import type { Progress } from '@cloudstead/admin-api'
import { detailsOf } from '../../api/index.ts'
import { say } from '../../i18n/language.ts'
import { Table } from '../../ui/table.tsx'
import { t } from './text.ts'

interface ImportProblemsProps {
  readonly problems: NonNullable<Progress['problems']>
  /** How many documents failed in total. */
  readonly failed: number
}

/** The lines of a file that failed, with the reasons. */
export function ImportProblems({ problems, failed }: ImportProblemsProps) {
  return (
    <div class="import-problems">
      <Table
        label={t.importProblems}
        rows={problems}
        keyOf={({ item, problem }) => `${item} ${problem.message}`}
        columns={[
          {
            id: 'item',
            title: t.importProblems,
            isHeader: true,
            width: '96px',
            cell: ({ item }) => <span class="numbers">{lineOf(item)}</span>,
          },
          {
            id: 'problem',
            title: t.reason,
            cell: ({ problem }) => (
              <>
                <div class="wrap">{say(problem.text)}</div>
                {detailsOf(problem) !== undefined && <div class="muted small wrap">{detailsOf(problem)}</div>}
              </>
            ),
          },
        ]}
      />
      {failed > problems.length && <p class="muted">{t.importMore(failed - problems.length)}</p>}
    </div>
  )
}

/** Translates the server's `line 5`. */
function lineOf(item: string): string {
  const [, number] = /^line (\d+)$/.exec(item) ?? []
  return number === undefined ? item : t.line(number)
}
