import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import type { ImportReport, ImportRow } from '../../../contract/console/users.ts'
import { useActing } from '../calls.ts'
import { Figure } from '../parts/figure.tsx'
import { FileField } from '../parts/file-field.tsx'
import { type Column, List } from '../parts/list.tsx'
import { Tag, type Tone } from '../parts/tag.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural } from '../parts/words.ts'

interface Props {
  readonly isOpen: boolean
  readonly onClose: () => void
}

const bytesMax = 3_500_000
const example = 'username,email,phone,firstName,lastName\nann,ann@example.com,+15551234567,Ann,Example\n'

/** Many users from a CSV file: first a dry run that shows what each row would do, then the import. */
export function ImportUsers({ isOpen, onClose }: Props) {
  const [csv, setCsv] = useState<string | null>(null)
  const dryRun = useActing('users.import')
  const run = useActing('users.import', { changes: ['users.list', 'home.look'] })
  const close = () => {
    setCsv(null)
    dryRun.reset()
    run.reset()
    onClose()
  }
  const take = (text: string | null) => {
    setCsv(text)
    run.reset()
    if (text !== null) dryRun.mutate({ body: { csv: text, isDryRun: true } })
  }
  const report = run.data ?? dryRun.data
  const changing = report ? report.added + report.changed : 0
  return (
    <Modal opened={isOpen} onClose={close} title="Import users" size="lg">
      <div className="stack">
        {!report && (
          <p className="quiet">
            A CSV file with the heading <code>username,email,phone,firstName,lastName</code>. Nothing changes before you
            have seen what each row would do.{' '}
            <a href={`data:text/csv;charset=utf-8,${encodeURIComponent(example)}`} download="users-example.csv">
              Get an example
            </a>
          </p>
        )}
        {!run.data && <FileField label="CSV file" accept=".csv,text/csv" bytesMax={bytesMax} onText={take} />}
        <Trouble error={run.error ?? dryRun.error} />
        {report && <Report report={report} />}
        <div className="form-end">
          <Button variant="default" onClick={close}>
            {run.data ? 'Close' : 'Cancel'}
          </Button>
          {!run.data && (
            <Button
              disabled={csv === null || changing === 0}
              loading={dryRun.isPending || run.isPending}
              onClick={() => csv !== null && run.mutate({ body: { csv, isDryRun: false } })}
            >
              {changing > 0 ? `Import ${plural(changing, 'user')}` : 'Import'}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  )
}

const states = {
  new: ['good', 'New'],
  changed: ['accent', 'Changed'],
  same: ['plain', 'Same'],
  wrong: ['bad', 'Wrong'],
} as const satisfies Record<ImportRow['state'], readonly [Tone, string]>

const columns: readonly Column<ImportRow>[] = [
  { name: 'User', of: ({ username, row }) => <span>{username || `Row ${row}`}</span> },
  { name: 'Row', isRight: true, of: ({ row }) => row },
  { name: 'What happens', of: ({ state }) => <Tag tone={states[state][0]}>{states[state][1]}</Tag> },
  { name: 'Problem', of: ({ problem }) => problem ?? <span className="quiet">–</span> },
]

function Report({ report }: { readonly report: ImportReport }) {
  const { isDryRun, added, changed, same, wrong, rows } = report
  return (
    <>
      <p role="status">
        <strong>{isDryRun ? 'Dry run: nothing has changed yet.' : 'Imported.'}</strong>{' '}
        {wrong > 0 &&
          `${plural(wrong, 'row')} ${isDryRun ? 'would be' : 'were'} left out; the others are not held up by that. `}
        {rows.length < added + changed + same + wrong &&
          `The first ${rows.length} are listed, wrong ones before others.`}
      </p>
      <div className="figures">
        <Figure name="New" number={added} />
        <Figure name="Changed" number={changed} />
        <Figure name="Same" number={same} />
        <Figure name="Wrong" number={wrong} />
      </div>
      <div className="scroll-box">
        <List
          of={['row', 'rows']}
          total={added + changed + same + wrong}
          columns={columns}
          rows={rows}
          keyOf={({ row }) => String(row)}
          empty={null}
        />
      </div>
    </>
  )
}
