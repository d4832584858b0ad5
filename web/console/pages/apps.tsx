import { Button, Menu } from '@mantine/core'
import { IconApps, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { AppRow } from '../../../contract/console/apps.ts'
import { AppForm } from '../app/form.tsx'
import { RemoveApp } from '../app/remove.tsx'
import { RotateApp } from '../app/rotate.tsx'
import { useReading } from '../calls.ts'
import { CopyButton } from '../parts/copy.tsx'
import { Empty } from '../parts/empty.tsx'
import { type Column, List } from '../parts/list.tsx'
import { Page } from '../parts/page.tsx'
import { Panel } from '../parts/panel.tsx'
import { RowMenu } from '../parts/row-menu.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { useMay } from '../session.ts'

const columns: readonly Column<AppRow>[] = [
  {
    name: 'App',
    of: ({ name, oldSecretUntilMs }) => (
      <span>
        <strong>{name}</strong>
        {oldSecretUntilMs !== null && (
          <span className="under">
            <Tag tone="warn">Old secret counts</Tag> ends <Time atMs={oldSecretUntilMs} />
          </span>
        )}
      </span>
    ),
  },
  {
    name: 'Integration key',
    of: ({ key, name }) => (
      <span className="key-cell">
        <code title={key}>
          {key.slice(0, 8)}…{key.slice(-4)}
        </code>
        <CopyButton text={key} what={`key of ${name}`} />
      </span>
    ),
  },
  { name: 'Signs', isMinor: true, of: ({ signatureOrder }) => signatureOrder },
  {
    name: 'Calls from',
    isMinor: true,
    of: ({ trustedAddresses }) =>
      trustedAddresses.length === 0 ? <span className="quiet">anywhere</span> : trustedAddresses.join(', '),
  },
  { name: 'Factors', isRight: true, of: ({ factors }) => factors },
]

type Dialog = { readonly act: 'change' | 'rotate' | 'remove'; readonly app: AppRow } | 'add' | null

/** Programs that sign their calls with a key of their own, as CENTAGATE's integrations do. */
export function Apps() {
  const mayManage = useMay('manage')
  const [dialog, setDialog] = useState<Dialog>(null)
  const list = useReading('apps.list')
  const close = () => setDialog(null)
  const add = mayManage && (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setDialog('add')}>
      Add an app
    </Button>
  )
  const act: Column<AppRow> = {
    name: 'Act',
    isRight: true,
    isUnnamed: true,
    of: (app) => (
      <RowMenu of={app.name}>
        <Menu.Item onClick={() => setDialog({ act: 'change', app })}>Change</Menu.Item>
        <Menu.Item onClick={() => setDialog({ act: 'rotate', app })}>Make another secret</Menu.Item>
        <Menu.Item color="red" onClick={() => setDialog({ act: 'remove', app })}>
          Remove
        </Menu.Item>
      </RowMenu>
    ),
  }
  return (
    <Page
      title="Apps"
      lead="Programs that sign their calls with a key of their own, as integrations of CENTAGATE do."
      actions={add}
    >
      <Panel isFlush>
        <List
          of={['app', 'apps']}
          columns={mayManage ? [...columns, act] : columns}
          rows={list.data?.items}
          keyOf={({ id }) => id}
          total={list.data?.total}
          error={list.error}
          onRetry={() => void list.refetch()}
          empty={
            <Empty icon={<IconApps size={30} />} title="No apps yet" action={add}>
              Add one for each program that speaks CENTAGATE's calls. Sites that speak miniOrange's use the API key.
            </Empty>
          }
        />
      </Panel>
      {dialog === 'add' && <AppForm onClose={close} />}
      {dialog !== null && dialog !== 'add' && dialog.act === 'change' && <AppForm app={dialog.app} onClose={close} />}
      {dialog !== null && dialog !== 'add' && dialog.act === 'rotate' && <RotateApp app={dialog.app} onClose={close} />}
      {dialog !== null && dialog !== 'add' && dialog.act === 'remove' && <RemoveApp app={dialog.app} onClose={close} />}
    </Page>
  )
}
