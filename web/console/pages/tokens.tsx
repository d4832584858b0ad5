import { Button, Menu, NativeSelect } from '@mantine/core'
import { IconDeviceRemote, IconFileImport } from '@tabler/icons-react'
import { useState } from 'react'
import type { TokenRow } from '../../../contract/console/tokens.ts'
import { useReading } from '../calls.ts'
import { Empty } from '../parts/empty.tsx'
import { type Column, List, useFrom } from '../parts/list.tsx'
import { Page } from '../parts/page.tsx'
import { Panel } from '../parts/panel.tsx'
import { RowMenu } from '../parts/row-menu.tsx'
import { SearchField, useSearch } from '../parts/search-field.tsx'
import { Tag, type Tone } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { setQuery, useAddress } from '../router.ts'
import { useMay } from '../session.ts'
import { type TokenAct, TokenDialog } from '../token/dialog.tsx'
import { ImportTokens } from '../token/import.tsx'

const pageSize = 50

const states = {
  unassigned: ['plain', 'In the drawer'],
  assigned: ['good', 'In use'],
  disabled: ['bad', 'Disabled'],
} as const satisfies Record<TokenRow['state'], readonly [Tone, string]>

const kinds = { hotp: 'Counter (HOTP)', totp: 'Time (TOTP)', yubikey: 'Yubico OTP' } as const

const columns: readonly Column<TokenRow>[] = [
  {
    name: 'Serial',
    of: ({ serial, isWeak }) => (
      <span className="row">
        <strong>{serial}</strong>
        {isWeak && <Tag tone="warn">Short key</Tag>}
      </span>
    ),
  },
  {
    name: 'Kind',
    of: ({ kind, digits, periodSeconds }) => (
      <span>
        {kinds[kind]}
        {digits !== null && (
          <span className="under">
            {digits} digits{periodSeconds !== null && `, ${periodSeconds} s`}
          </span>
        )}
      </span>
    ),
  },
  { name: 'User', of: ({ username }) => username ?? <span className="quiet">nobody</span> },
  { name: 'State', of: ({ state }) => <Tag tone={states[state][0]}>{states[state][1]}</Tag> },
  { name: 'Used', isRight: true, isMinor: true, of: ({ lastUsedAtMs }) => <Time atMs={lastUsedAtMs} /> },
]

type Dialog = { readonly token: TokenRow; readonly act: TokenAct } | 'import' | null

/** Hardware tokens: what is in the drawer, and in whose hand the others are. */
export function Tokens() {
  const { query } = useAddress()
  const from = useFrom()
  const mayHelp = useMay('help')
  const mayManage = useMay('manage')
  const { text, setText, q } = useSearch()
  const [dialog, setDialog] = useState<Dialog>(null)
  const state = query.get('state') as TokenRow['state'] | null // an unknown word is refused by the server
  const list = useReading('tokens.list', {
    query: { q, offset: from, limit: pageSize, ...(state ? { state } : {}) },
  })
  const importing = mayManage && (
    <Button leftSection={<IconFileImport size={18} />} onClick={() => setDialog('import')}>
      Import tokens
    </Button>
  )
  const act: Column<TokenRow> = {
    name: 'Act',
    isRight: true,
    isUnnamed: true,
    of: (token) => <TokenMenu token={token} onChoose={(chosen) => setDialog({ token, act: chosen })} />,
  }
  return (
    <Page
      title="Tokens"
      lead="Devices that show or type a code. Import what came with them, then hand them out."
      actions={importing}
    >
      <Panel isFlush>
        <search className="filters">
          <SearchField
            className="wide"
            name="Search tokens"
            placeholder="Serial or username"
            value={text}
            onChange={setText}
          />
          <NativeSelect
            aria-label="State"
            value={state ?? ''}
            data={[
              { value: '', label: 'All' },
              ...Object.entries(states).map(([value, [, label]]) => ({ value, label })),
            ]}
            onChange={(event) => setQuery({ state: event.currentTarget.value, from: null })}
          />
        </search>
        <List
          of={['token', 'tokens']}
          columns={mayHelp ? [...columns, act] : columns}
          rows={list.data?.items}
          keyOf={({ serial }) => serial}
          total={list.data?.total}
          isTotalExact={list.data?.isTotalExact}
          error={list.error}
          onRetry={() => void list.refetch()}
          pageSize={pageSize}
          empty={
            <Empty
              icon={<IconDeviceRemote size={30} />}
              title={q || state ? 'No token like that' : 'No tokens yet'}
              action={q || state ? null : importing}
            >
              {q || state
                ? 'Look for another serial, or for all states.'
                : 'The vendor sent a file with their seeds: OATH CSV, PSKC or Yubico CSV.'}
            </Empty>
          }
        />
      </Panel>
      {dialog === 'import' && <ImportTokens onClose={() => setDialog(null)} />}
      {dialog !== null && dialog !== 'import' && (
        <TokenDialog token={dialog.token} act={dialog.act} onClose={() => setDialog(null)} />
      )}
    </Page>
  )
}

function TokenMenu({ token, onChoose }: { readonly token: TokenRow; readonly onChoose: (act: TokenAct) => void }) {
  const { state, kind, serial } = token
  return (
    <RowMenu of={serial}>
      {state === 'unassigned' && <Menu.Item onClick={() => onChoose('assign')}>Hand out</Menu.Item>}
      {state === 'assigned' && <Menu.Item onClick={() => onChoose('unassign')}>Take back</Menu.Item>}
      {state === 'assigned' && kind === 'hotp' && (
        <Menu.Item onClick={() => onChoose('resync')}>Bring back in step</Menu.Item>
      )}
      {state === 'disabled' ? (
        <Menu.Item onClick={() => onChoose('enable')}>Enable</Menu.Item>
      ) : (
        <Menu.Item onClick={() => onChoose('disable')}>Disable</Menu.Item>
      )}
    </RowMenu>
  )
}
