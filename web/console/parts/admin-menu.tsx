import { Menu, NativeSelect, useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconLogout, IconMoon, IconSelector, IconSun, IconUserCircle } from '@tabler/icons-react'
import { useActing } from '../calls.ts'
import { go } from '../router.ts'
import { roleNames, useSession } from '../session.ts'

const schemes = [
  ['light', 'Light', IconSun],
  ['dark', 'Dark', IconMoon],
  ['auto', 'As the system', IconDeviceDesktop],
] as const

/** Who is signed in: which customer he looks at, how it looks, and the way out. */
export function AdminMenu() {
  const { state, take, chooseCustomer } = useSession()
  // Without it Mantine writes a style sheet for the moment of the change, which the content security policy refuses.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const end = useActing('session.end', { onDone: take })
  if (!state.admin) return null
  const { login, name, role } = state.admin
  return (
    <div className="admin">
      {state.customers.length > 1 && (
        <NativeSelect
          size="sm"
          aria-label="Customer"
          value={String(state.customerId)}
          data={state.customers.map((each) => ({ value: String(each.id), label: each.name }))}
          onChange={(event) => chooseCustomer(Number(event.currentTarget.value))}
        />
      )}
      <Menu width={230} position="top-start">
        <Menu.Target>
          <button type="button" className="admin-button">
            <span className="face" aria-hidden="true">
              {(name || login).charAt(0).toUpperCase()}
            </span>
            <span className="admin-name">
              <strong>{name || login}</strong>
              <span>{roleNames[role]}</span>
            </span>
            <IconSelector size={17} aria-hidden="true" />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUserCircle size={17} />} onClick={() => go('/console/account')}>
            Your account
          </Menu.Item>
          <Menu.Divider />
          {schemes.map(([value, label, SchemeIcon]) => (
            <Menu.Item
              key={value}
              leftSection={<SchemeIcon size={17} />}
              aria-current={colorScheme === value}
              fw={colorScheme === value ? 600 : 400}
              onClick={() => setColorScheme(value)}
            >
              {label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={17} />} onClick={() => end.mutate({})}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
