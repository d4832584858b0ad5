import { Button, NativeSelect } from '@mantine/core'
import { IconFileImport, IconUserPlus, IconUserSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { UserRow } from '../../../contract/console/users.ts'
import { useReading } from '../calls.ts'
import { Breakable } from '../parts/breakable.tsx'
import { Empty } from '../parts/empty.tsx'
import { Link } from '../parts/link.tsx'
import { type Column, List, useFrom } from '../parts/list.tsx'
import { Page } from '../parts/page.tsx'
import { Panel } from '../parts/panel.tsx'
import { SearchField, useSearch } from '../parts/search-field.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { methodName } from '../parts/words.ts'
import { setQuery, useAddress } from '../router.ts'
import { useMay } from '../session.ts'
import { AddUser } from '../user/add.tsx'
import { ImportUsers } from '../user/import.tsx'
import { nameOf } from '../user/name.ts'
import { UserPage } from '../user/user-page.tsx'
import type { PageProps } from './page-props.ts'

const pageSize = 50
type State = 'all' | 'disabled' | 'locked'

/** Everybody, to be searched; or one of them, by the id in the address. */
export function Users({ rest }: PageProps) {
  return rest === '' ? <UserList /> : <UserPage key={rest} id={rest} />
}

const columns: readonly Column<UserRow>[] = [
  {
    name: 'User',
    of: (user) => (
      <div className="person">
        <span className="face" aria-hidden="true">
          {user.username.charAt(0).toUpperCase()}
        </span>
        <span className="person-text">
          <Link className="row-link" to={`/console/users/${encodeURIComponent(user.id)}`}>
            <Breakable text={user.username} />
          </Link>
          <span className="under">{nameOf(user)}</span>
        </span>
      </div>
    ),
  },
  {
    name: 'Contact',
    of: ({ username, email, phone }) => {
      const contacts = [email === username ? null : email, phone].filter((contact) => contact !== null)
      if (contacts.length === 0) return <span className="quiet">{email ? 'as the username' : 'none'}</span>
      return (
        <div>
          {contacts.map((contact) => (
            <div key={contact} className={contact === phone ? 'nowrap' : undefined}>
              {contact && <Breakable text={contact} />}
            </div>
          ))}
        </div>
      )
    },
  },
  {
    name: 'Methods',
    isMinor: true,
    of: ({ methods }) => (
      <span className="tags">
        {methods.length === 0 && <span className="quiet">none yet</span>}
        {methods.map((method) => (
          <Tag key={method}>{methodName(method)}</Tag>
        ))}
      </span>
    ),
  },
  {
    name: 'State',
    of: ({ isEnabled, isLocked }) => (
      <span className="tags">
        {!isEnabled && <Tag tone="bad">Disabled</Tag>}
        {isLocked && <Tag tone="warn">Locked</Tag>}
        {isEnabled && !isLocked && <Tag tone="good">Active</Tag>}
      </span>
    ),
  },
  { name: 'Since', isRight: true, isMinor: true, of: ({ createdAtMs }) => <Time atMs={createdAtMs} /> },
]

function UserList() {
  const { query } = useAddress()
  const from = useFrom()
  const mayHelp = useMay('help')
  const mayManage = useMay('manage')
  const { text, setText, q } = useSearch()
  const [dialog, setDialog] = useState<'add' | 'import' | null>(null)
  const state = (query.get('state') ?? 'all') as State // an unknown word is refused by the server
  const isSearched = q !== '' || state !== 'all'
  const list = useReading('users.list', { query: { q, state, offset: from, limit: pageSize } })

  return (
    <Page
      title="Users"
      lead="Everybody who signs in with you. Open one to see why they were asked or refused, and to help them."
      actions={
        <>
          {mayManage && (
            <Button variant="default" leftSection={<IconFileImport size={18} />} onClick={() => setDialog('import')}>
              Import
            </Button>
          )}
          {mayHelp && (
            <Button leftSection={<IconUserPlus size={18} />} onClick={() => setDialog('add')}>
              Add a user
            </Button>
          )}
        </>
      }
    >
      <Panel isFlush>
        <search className="filters">
          <SearchField
            className="wide"
            name="Search users"
            placeholder="Beginning of a name, e-mail or phone"
            value={text}
            onChange={setText}
          />
          <NativeSelect
            aria-label="State"
            value={state}
            data={[
              { value: 'all', label: 'All' },
              { value: 'locked', label: 'Locked' },
              { value: 'disabled', label: 'Disabled' },
            ]}
            onChange={(event) =>
              setQuery({ state: event.currentTarget.value === 'all' ? null : event.currentTarget.value, from: null })
            }
          />
        </search>
        <List
          of={['user', 'users']}
          columns={columns}
          rows={list.data?.items}
          keyOf={({ id }) => id}
          total={list.data?.total}
          isTotalExact={list.data?.isTotalExact}
          error={list.error}
          onRetry={() => void list.refetch()}
          pageSize={pageSize}
          empty={
            isSearched ? (
              <Empty icon={<IconUserSearch size={30} />} title="Nobody found">
                Names, e-mails and phones are found by their beginning. Phones begin with + and the country.
              </Empty>
            ) : (
              <Empty
                icon={<IconUserPlus size={30} />}
                title="No users yet"
                action={mayHelp && <Button onClick={() => setDialog('add')}>Add the first one</Button>}
              >
                Your site adds users by the API as they enrol. You can also add one here, or import a whole file.
              </Empty>
            )
          }
        />
      </Panel>
      <AddUser isOpen={dialog === 'add'} onClose={() => setDialog(null)} />
      <ImportUsers isOpen={dialog === 'import'} onClose={() => setDialog(null)} />
    </Page>
  )
}
