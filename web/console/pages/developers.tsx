import { Inspector } from '../developers/inspector.tsx'
import { Reference } from '../developers/reference.tsx'
import { Webhooks } from '../developers/webhooks.tsx'
import { Page } from '../parts/page.tsx'
import { Tabbed } from '../parts/tabbed.tsx'

const tabs = [
  { id: 'calls', name: 'Your calls', of: () => <Inspector /> },
  { id: 'reference', name: 'Reference', of: () => <Reference /> },
  { id: 'webhooks', name: 'Webhooks', of: () => <Webhooks /> },
]

/** For whoever puts Countersign into a site. */
export function Developers() {
  return (
    <Page title="Developers" lead="See your calls as they arrive, copy ready ones, and follow your webhooks.">
      <Tabbed label="Developers" tabs={tabs} />
    </Page>
  )
}
