import { Button, Menu } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { AdminRow } from '../../../contract/console/admins.ts'
import { useReading } from '../calls.ts'
import { type Column, List } from '../parts/list.tsx'
import { Panel } from '../parts/panel.tsx'
import { RowMenu } from '../parts/row-menu.tsx'
import { Tag, type Tone } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { roleMeanings, roleNames, useMay, useSession } from '../session.ts'
import { type AdminAct, AdminDialog } from './admin-dialog.tsx'
import { InviteAdmin } from './invite-admin.tsx'

const states = {
  active: ['good', 'Active'],
  invited: ['warn', 'Invited'],
  disabled: ['bad', 'Disabled'],
} as const satisfies Record<AdminRow['state'], readonly [Tone, string]>

const columns: readonly Column<AdminRow>[] = [
  {
    name: 'Admin',
    of: ({ name, login, customerId }) => (
      <span>
        <strong>{name || login}</strong>
        <span className="under">
          {login}
          {customerId === null && ' · the whole server'}
        </span>
      </span>
    ),
  },
  { name: 'Role', of: ({ role }) => roleNames[role] },
  {
    name: 'Second factor',
    isMinor: true,
    of: ({ factors }) =>
      factors.map((kind) => (kind === 'totp' ? 'App' : 'Passkey')).join(', ') || (
        <span className="quiet">none yet</span>
      ),
  },
  { name: 'State', of: ({ state }) => <Tag tone={states[state][0]}>{states[state][1]}</Tag> },
  { name: 'Signed in', isRight: true, of: ({ lastSignInAtMs }) => <Time atMs={lastSignInAtMs} /> },
]

type Dialog = { readonly admin: AdminRow; readonly act: AdminAct } | 'invite' | null

/** Who may be here, and what for. */
export function Admins() {
  const { admin: self } = useSession().state
  const mayOwn = useMay('own')
  const [dialog, setDialog] = useState<Dialog>(null)
  const list = useReading('admins.list')
  const act: Column<AdminRow> = {
    name: 'Act',
    isRight: true,
    isUnnamed: true,
    of: (admin) =>
      admin.id === self?.id ? (
        <Tag>You</Tag>
      ) : (
        <AdminMenu admin={admin} onChoose={(chosen) => setDialog({ admin, act: chosen })} />
      ),
  }
  return (
    <>
      <Panel
        title="Admins"
        isFlush
        actions={
          mayOwn && (
            <Button leftSection={<IconUserPlus size={18} />} onClick={() => setDialog('invite')}>
              Invite an admin
            </Button>
          )
        }
      >
        <List
          of={['admin', 'admins']}
          columns={mayOwn ? [...columns, act] : columns}
          rows={list.data?.items}
          keyOf={({ id }) => id}
          total={list.data?.total}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={null}
        />
      </Panel>
      <Panel title="Roles">
        <dl className="facts">
          {Object.entries(roleMeanings).map(([role, meaning]) => (
            <div key={role} className="contents">
              <dt>{roleNames[role as keyof typeof roleNames]}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      {dialog === 'invite' && <InviteAdmin onClose={() => setDialog(null)} />}
      {dialog !== null && dialog !== 'invite' && (
        <AdminDialog admin={dialog.admin} act={dialog.act} onClose={() => setDialog(null)} />
      )}
    </>
  )
}

function AdminMenu({ admin, onChoose }: { readonly admin: AdminRow; readonly onChoose: (act: AdminAct) => void }) {
  return (
    <RowMenu of={admin.login}>
      <Menu.Item onClick={() => onChoose('role')}>Change the role</Menu.Item>
      <Menu.Item onClick={() => onChoose('reset')}>Reset password and factors</Menu.Item>
      {admin.state === 'disabled' ? (
        <Menu.Item onClick={() => onChoose('enable')}>Enable</Menu.Item>
      ) : (
        <Menu.Item onClick={() => onChoose('disable')}>Disable</Menu.Item>
      )}
      <Menu.Divider />
      <Menu.Item color="red" onClick={() => onChoose('remove')}>
        Remove
      </Menu.Item>
    </RowMenu>
  )
}
