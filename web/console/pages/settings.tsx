import { Page } from '../parts/page.tsx'
import { Tabbed } from '../parts/tabbed.tsx'
import { Admins } from '../settings/admins.tsx'
import { AllSettings } from '../settings/all-settings.tsx'

const tabs = [
  { id: 'settings', name: 'Settings', of: () => <AllSettings /> },
  { id: 'admins', name: 'Admins and roles', of: () => <Admins /> },
]

/** How this customer is set up, and who may change that. */
export function Settings() {
  return (
    <Page
      title="Settings"
      lead="Each says what it means and what is given up by changing it. Servers follow within a second."
    >
      <Tabbed label="Settings" tabs={tabs} />
    </Page>
  )
}
