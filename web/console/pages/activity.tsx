import { AuditChain } from '../activity/audit-chain.tsx'
import { Log } from '../activity/log.tsx'
import { ReportsPanel } from '../activity/reports.tsx'
import { Page } from '../parts/page.tsx'
import { Tabbed } from '../parts/tabbed.tsx'

const tabs = [
  { id: 'log', name: 'Log', of: () => <Log /> },
  { id: 'reports', name: 'Reports', of: () => <ReportsPanel /> },
  { id: 'audit', name: 'Audit chain', of: () => <AuditChain /> },
]

/** What happened, what it adds up to, and the proof that nothing of it was changed. */
export function Activity() {
  return (
    <Page
      title="Activity"
      lead="Everything that was asked, answered and changed. Nobody can take a line out unnoticed."
    >
      <Tabbed label="Activity" tabs={tabs} />
    </Page>
  )
}
