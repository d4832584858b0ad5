import { Page } from '../parts/page.tsx'
import { Tabbed } from '../parts/tabbed.tsx'
import { Risk } from '../policy/risk.tsx'
import { Rules } from '../policy/rules.tsx'

/** What is asked of whom, and when. */
export function PolicyPage() {
  return (
    <Page title="Policy" lead="What is asked of whom, in sentences as they would be told to somebody.">
      <Tabbed
        label="Policy"
        tabs={[
          { id: 'rules', name: 'Rules', of: () => <Rules /> },
          { id: 'risk', name: 'Risk', of: () => <Risk /> },
        ]}
      />
    </Page>
  )
}
