import { Button } from '@mantine/core'
import { IconChevronLeft, IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useActing, useReading } from '../calls.ts'
import { Empty } from '../parts/empty.tsx'
import { Facts } from '../parts/facts.tsx'
import { Link } from '../parts/link.tsx'
import { List, useFrom } from '../parts/list.tsx'
import { Page } from '../parts/page.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { methodName, plural } from '../parts/words.ts'
import { useMay } from '../session.ts'
import { AddMembers } from './members.tsx'
import { SaveGroup } from './save.tsx'

const pageSize = 50

/** One group: who is in it, and what it carries. */
export function GroupPage({ id }: { readonly id: string }) {
  const from = useFrom()
  const mayManage = useMay('manage')
  const [dialog, setDialog] = useState<'change' | 'add' | null>(null)
  const group = useReading('groups.look', { params: { id } })
  const members = useReading('groups.members', { params: { id }, query: { offset: from, limit: pageSize } })
  const change = useActing('groups.changeMembers', {
    changes: ['groups.members', 'groups.look', 'groups.list'],
    done: 'Removed from the group.',
  })
  if (!group.data)
    return group.error ? (
      <Page title="Group" lead={<Link to="/console/groups">All groups</Link>}>
        <Trouble error={group.error} onRetry={() => void group.refetch()} />
      </Page>
    ) : (
      <PageBones />
    )
  const { name, isDefault, attributes, methods } = group.data
  const add = mayManage && (
    <Button leftSection={<IconUserPlus size={18} />} onClick={() => setDialog('add')}>
      Add members
    </Button>
  )
  const remove = (username: string) => (
    <Button
      size="xs"
      variant="default"
      aria-label={`Remove ${username}`}
      onClick={() => change.mutate({ params: { id }, body: { add: [], remove: [username] } })}
    >
      Remove
    </Button>
  )
  return (
    <>
      <p className="way-back">
        <Link to="/console/groups">
          <IconChevronLeft size={16} aria-hidden="true" />
          Groups
        </Link>
      </p>
      <Page
        title={name}
        lead={
          <span className="row">
            {isDefault && <Tag tone="accent">Default</Tag>}
            <span>{plural(group.data.members, 'member')}</span>
          </span>
        }
        actions={
          <>
            {mayManage && (
              <Button variant="default" onClick={() => setDialog('change')}>
                Change
              </Button>
            )}
            {add}
          </>
        }
      >
        <Trouble error={change.error} />
        {attributes.length > 0 && (
          <Panel title="Attributes">
            <Facts facts={attributes.map(({ number, value }) => ({ name: `Attribute ${number}`, value }))} />
          </Panel>
        )}
        {methods && (
          <Panel title="Methods allowed" lead="And those of a member's other groups that name some; nothing else.">
            <p>{methods.map(methodName).join(', ')}</p>
          </Panel>
        )}
        <Panel isFlush>
          <List
            of={['member', 'members']}
            columns={[
              {
                name: 'User',
                of: ({ id: userId, username }) => (
                  <Link className="row-link" to={`/console/users/${encodeURIComponent(userId)}`}>
                    {username}
                  </Link>
                ),
              },
              ...(mayManage
                ? [
                    {
                      name: 'Act',
                      isRight: true,
                      isUnnamed: true,
                      of: ({ username }: { username: string }) => remove(username),
                    },
                  ]
                : []),
            ]}
            rows={members.data?.items}
            keyOf={({ id: userId }) => userId}
            total={members.data?.total}
            error={members.error}
            pageSize={pageSize}
            empty={
              <Empty icon={<IconUserPlus size={30} />} title="Nobody is in it yet" action={add}>
                Add users by their usernames.
              </Empty>
            }
          />
        </Panel>
        {dialog === 'change' && <SaveGroup group={group.data} onClose={() => setDialog(null)} />}
        {dialog === 'add' && <AddMembers group={group.data} onClose={() => setDialog(null)} />}
      </Page>
    </>
  )
}
