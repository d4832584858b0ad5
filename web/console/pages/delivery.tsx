import { Limits } from '../delivery/limits.tsx'
import { Log } from '../delivery/log.tsx'
import { Providers } from '../delivery/providers.tsx'
import { Templates } from '../delivery/templates.tsx'
import { Page } from '../parts/page.tsx'
import { SendTest } from '../parts/send-test.tsx'
import { Tabbed } from '../parts/tabbed.tsx'
import { useMay } from '../session.ts'

const tabs = [
  { id: 'providers', name: 'Gateways', of: () => <Providers /> },
  { id: 'templates', name: 'Templates', of: () => <Templates /> },
  { id: 'messages', name: 'Messages', of: () => <Log /> },
  { id: 'limits', name: 'Spend and limits', of: () => <Limits /> },
]

/** How messages leave the server, what they say, and what became of them. */
export function Delivery() {
  const mayManage = useMay('manage')
  return (
    <Page
      title="Delivery"
      lead="Who carries your messages, what they say, what became of them and what they may cost."
      actions={mayManage && <SendTest />}
    >
      <Tabbed label="Delivery" tabs={tabs} />
    </Page>
  )
}
