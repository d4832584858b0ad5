import { Radio } from '@mantine/core'
import type { Role } from '../../../contract/console/route.ts'
import { roleMeanings, roleNames } from '../session.ts'

const roles: readonly Role[] = ['owner', 'admin', 'helpdesk', 'auditor']

/** What an admin may do. */
export function RoleField({ role, onChange }: { readonly role: Role; readonly onChange: (role: Role) => void }) {
  return (
    <Radio.Group
      label="Role"
      value={role}
      onChange={(value) => onChange(value as Role)} // one of those below
    >
      <div className="stack radio-stack">
        {roles.map((each) => (
          <Radio key={each} value={each} label={roleNames[each]} description={roleMeanings[each]} />
        ))}
      </div>
    </Radio.Group>
  )
}
