import { Tabs } from '@mantine/core'
import type { ReactNode } from 'react'
import { setQuery, useAddress } from '../router.ts'

interface Props {
  readonly label: string
  /** Its id in the address, its name, and what it shows; the first is shown when the address names none. */
  readonly tabs: readonly { readonly id: string; readonly name: string; readonly of: () => ReactNode }[]
}

/** Parts of a page behind tabs; the address keeps which one is open. */
export function Tabbed({ label, tabs }: Props) {
  const asked = useAddress().query.get('tab')
  const open = tabs.find(({ id }) => id === asked) ?? tabs[0]
  return (
    <Tabs
      value={open?.id ?? null}
      onChange={(id) => setQuery({ tab: id === tabs[0]?.id ? null : id, from: null })}
      keepMounted={false}
    >
      <Tabs.List aria-label={label} className="tab-list">
        {tabs.map(({ id, name }) => (
          <Tabs.Tab key={id} value={id}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ id, of }) => (
        <Tabs.Panel key={id} value={id}>
          {id === open?.id && of()}
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
