import { Button } from '@mantine/core'
import { IconUsersGroup, IconUsersPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { Group } from '../../../contract/console/groups.ts'
import { useReading } from '../calls.ts'
import { GroupPage } from '../group/group-page.tsx'
import { SaveGroup } from '../group/save.tsx'
import { Empty } from '../parts/empty.tsx'
import { Link } from '../parts/link.tsx'
import { type Column, List, useFrom } from '../parts/list.tsx'
import { Page } from '../parts/page.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { useMay } from '../session.ts'
import type { PageProps } from './page-props.ts'

const pageSize = 50

const columns: readonly Column<Group>[] = [
  {
    name: 'Group',
    of: ({ id, name, isDefault }) => (
      <span className="row">
        <Link className="row-link" to={`/console/groups/${encodeURIComponent(id)}`}>
          {name}
        </Link>
        {isDefault && <Tag tone="accent">Default</Tag>}
      </span>
    ),
  },
  { name: 'Members', isRight: true, of: ({ members }) => members.toLocaleString('en') },
  { name: 'Attributes', isRight: true, isMinor: true, of: ({ attributes }) => attributes.length },
  { name: 'Changed', isRight: true, of: ({ updatedAtMs }) => <Time atMs={updatedAtMs} /> },
]

/** All groups, or one of them by the id in the address. */
export function Groups({ rest }: PageProps) {
  return rest === '' ? <GroupList /> : <GroupPage key={rest} id={rest} />
}

function GroupList() {
  const from = useFrom()
  const mayManage = useMay('manage')
  const [isAdding, setAdding] = useState(false)
  const list = useReading('groups.list', { query: { offset: from, limit: pageSize } })
  const add = mayManage && (
    <Button leftSection={<IconUsersPlus size={18} />} onClick={() => setAdding(true)}>
      Add a group
    </Button>
  )
  return (
    <Page title="Groups" lead="Users who are treated alike. New users join the default group." actions={add}>
      <Panel isFlush>
        <List
          of={['group', 'groups']}
          columns={columns}
          rows={list.data?.items}
          keyOf={({ id }) => id}
          total={list.data?.total}
          error={list.error}
          onRetry={() => void list.refetch()}
          pageSize={pageSize}
          empty={
            <Empty icon={<IconUsersGroup size={30} />} title="No groups yet" action={add}>
              Groups come from your site by the API, or are made here. They carry up to 50 attributes of your own.
            </Empty>
          }
        />
      </Panel>
      {isAdding && <SaveGroup onClose={() => setAdding(false)} />}
    </Page>
  )
}
