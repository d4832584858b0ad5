import { Button } from '@mantine/core'
import { IconLink } from '@tabler/icons-react'
import { useReading } from '../calls.ts'
import { Figure } from '../parts/figure.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'

/** Whether every line of the log is as it was written; walking through all of them takes a moment. */
export function AuditChain() {
  const audit = useReading('activity.audit')
  return (
    <Panel
      title="Audit chain"
      lead="Each block of lines is sealed with the hash of the one before. Whoever changes or removes a line breaks it."
      actions={
        <Button variant="default" loading={audit.isFetching} onClick={() => void audit.refetch()}>
          Check again
        </Button>
      }
    >
      <Trouble error={audit.error} />
      {audit.data && (
        <div className="stack">
          <p className={audit.data.isWhole ? 'outcome-good' : 'outcome-bad'} role="status">
            <IconLink size={18} aria-hidden="true" />{' '}
            {audit.data.isWhole
              ? 'The chain is whole: nothing was changed or removed.'
              : `The chain is broken. ${audit.data.problem ?? ''}`}
          </p>
          <div className="figures">
            <Figure name="Lines" number={audit.data.rows} />
            <Figure name="Sealed blocks" number={audit.data.blocks} />
            <Figure name="Not sealed yet" number={audit.data.openRows} about="sealed within seconds" />
          </div>
          <p className="quiet">
            Checked <Time atMs={audit.data.checkedAtMs} />. On the host: <code>npx countersign audit verify</code>
          </p>
        </div>
      )}
    </Panel>
  )
}
