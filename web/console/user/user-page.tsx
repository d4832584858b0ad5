import { Button, Menu, Tooltip } from '@mantine/core'
import { IconChevronDown, IconChevronLeft } from '@tabler/icons-react'
import { useState } from 'react'
import type { UserDetail } from '../../../contract/console/users.ts'
import { useReading } from '../calls.ts'
import { inContent } from '../look/theme.ts'
import { Link } from '../parts/link.tsx'
import { Page } from '../parts/page.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { useMay } from '../session.ts'
import { ActDialog } from './act-dialog.tsx'
import { type Act, actsFor } from './acts.ts'
import { barOf } from './barred.ts'
import { ChangeUser } from './change.tsx'
import { Devices } from './devices.tsx'
import { EraseUser } from './erase.tsx'
import { InviteUser, type Inviting } from './invite.tsx'
import { Methods } from './methods.tsx'
import { nameOf } from './name.ts'
import { Timeline } from './timeline.tsx'

type Dialog = { readonly act: Act } | { readonly invite: Inviting } | 'change' | 'erase' | null

/** All about one user on one page: who he is, what he proves himself with, and what befell him. */
export function UserPage({ id }: { readonly id: string }) {
  const user = useReading('users.look', { params: { id } })
  const [dialog, setDialog] = useState<Dialog>(null)
  if (!user.data)
    return user.error ? (
      <Page title="User" lead={<Link to="/console/users">All users</Link>}>
        <Trouble error={user.error} onRetry={() => void user.refetch()} />
      </Page>
    ) : (
      <PageBones />
    )
  const close = () => setDialog(null)
  const choose = (act: Act) => setDialog({ act })
  return (
    <>
      <p className="way-back">
        <Link to="/console/users">
          <IconChevronLeft size={16} aria-hidden="true" />
          Users
        </Link>
      </p>
      <Page
        title={user.data.username}
        lead={<Lead user={user.data} />}
        actions={<Actions user={user.data} onChoose={setDialog} />}
      >
        <Locks user={user.data} onUnlock={() => choose({ act: 'unlock' })} />
        <div className="main-and-side">
          <Timeline userId={id} />
          <div>
            <Methods user={user.data} onAct={choose} />
            <Contact user={user.data} onChange={() => setDialog('change')} />
            <Devices user={user.data} onAct={choose} />
          </div>
        </div>
        {dialog !== null && typeof dialog === 'object' && 'act' in dialog && (
          <ActDialog user={user.data} act={dialog.act} onClose={close} />
        )}
        {dialog !== null && typeof dialog === 'object' && 'invite' in dialog && (
          <InviteUser user={user.data} inviting={dialog.invite} onClose={close} />
        )}
        {dialog === 'change' && <ChangeUser user={user.data} onClose={close} />}
        {dialog === 'erase' && <EraseUser user={user.data} onClose={close} />}
      </Page>
    </>
  )
}

function Lead({ user }: { readonly user: UserDetail }) {
  return (
    <span className="row">
      {nameOf(user) && <span>{nameOf(user)}</span>}
      {!user.isEnabled && <Tag tone="bad">Disabled</Tag>}
      {user.isLocked && <Tag tone="warn">Locked</Tag>}
      {user.isEnabled && !user.isLocked && <Tag tone="good">Active</Tag>}
      <span>
        since <Time atMs={user.createdAtMs} isExact />
      </span>
    </span>
  )
}

function Actions({ user, onChoose }: { readonly user: UserDetail; readonly onChoose: (dialog: Dialog) => void }) {
  const mayHelp = useMay('help')
  const mayManage = useMay('manage')
  if (!mayHelp) return null
  return (
    <>
      <TemporaryCode bar={barOf(user, 'recovery-code')} onChoose={() => onChoose({ act: { act: 'temporary-code' } })} />
      <Menu width={240}>
        <Menu.Target>
          <Button rightSection={<IconChevronDown size={17} />}>Help</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {actsFor(user).map(({ act, title, icon: ActIcon }) => (
            <Menu.Item key={title} leftSection={<ActIcon size={17} />} onClick={() => onChoose({ act })}>
              {title}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => onChoose({ invite: 'self-service' })}>Invite to self-service</Menu.Item>
          <InvitePasskey bar={barOf(user, 'passkey')} onChoose={() => onChoose({ invite: 'passkey' })} />
          <Menu.Item onClick={() => onChoose('change')}>Change contact</Menu.Item>
          {mayManage && (
            <>
              <Menu.Divider />
              <Menu.Item color="red" onClick={() => onChoose('erase')}>
                Erase the user
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

interface Choice {
  /** Why it is not to be had; null: it is. */
  readonly bar: string | null
  readonly onChoose: () => void
}

/** Neither is hidden, nor out of the keyboard's reach, when it is not to be had: it says why. */
function TemporaryCode({ bar, onChoose }: Choice) {
  if (bar === null)
    return (
      <Button variant="default" onClick={onChoose}>
        Temporary code
      </Button>
    )
  return (
    <Tooltip label={bar} portalProps={inContent} events={{ hover: true, focus: true, touch: true }}>
      <Button variant="default" data-disabled aria-disabled="true" aria-description={bar}>
        Temporary code
      </Button>
    </Tooltip>
  )
}

function InvitePasskey({ bar, onChoose }: Choice) {
  if (bar === null) return <Menu.Item onClick={onChoose}>Invite to make a passkey</Menu.Item>
  return (
    <Menu.Item aria-disabled="true" closeMenuOnClick={false} className="barred">
      Invite to make a passkey
      <span className="under">{bar}</span>
    </Menu.Item>
  )
}

function Locks({ user, onUnlock }: { readonly user: UserDetail; readonly onUnlock: () => void }) {
  const mayHelp = useMay('help')
  if (user.locks.length === 0) return null
  return (
    <div className="advice lock-note">
      <ul>
        {user.locks.map(({ method, text, untilMs }) => (
          <li key={method}>
            {text}
            {untilMs !== null && (
              <>
                {' '}
                It opens <Time atMs={untilMs} />.
              </>
            )}
          </li>
        ))}
      </ul>
      {mayHelp && (
        <Button size="xs" variant="default" onClick={onUnlock}>
          Unlock
        </Button>
      )}
    </div>
  )
}

function Contact({ user, onChange }: { readonly user: UserDetail; readonly onChange: () => void }) {
  const mayHelp = useMay('help')
  const facts = [
    ['E-mail', user.email],
    ['Phone', user.phone],
    ['Prefers', user.preferredMethod],
    ['Groups', user.groups.map(({ name }) => name).join(', ') || null],
  ] as const
  return (
    <Panel
      title="Contact"
      actions={
        mayHelp && (
          <Button size="xs" variant="default" onClick={onChange}>
            Change
          </Button>
        )
      }
    >
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt>{name}</dt>
            <dd>{value ?? <span className="quiet">–</span>}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
