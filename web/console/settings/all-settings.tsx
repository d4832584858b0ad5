import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { SettingRow } from '../../../contract/console/policy.ts'
import type { Answered } from '../../../contract/console.ts'
import { call } from '../api.ts'
import { useActing, useReading } from '../calls.ts'
import { CopyField } from '../parts/copy.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural } from '../parts/words.ts'
import { setQuery, useAddress } from '../router.ts'
import { useMay, useSession } from '../session.ts'
import { Logo } from './logo.tsx'
import { SettingLine } from './setting-line.tsx'
import { settingTitle } from './titles.ts'

const sections = {
  name: 'Name and language',
  'sign-in': 'Asking and answering',
  messages: 'Messages',
  limits: 'Limits',
  passkeys: 'Passkeys',
  compatibility: 'Compatibility switches',
  webhooks: 'Webhooks',
  server: 'The whole server',
} as const satisfies Record<SettingRow['section'], string>

/** Every setting with its meaning and its risk, to be searched. */
export function AllSettings() {
  const { baseUrl } = useSession().state
  const find = useAddress().query.get('find') ?? ''
  const list = useReading('settings.list')
  if (!list.data) return list.error ? <Trouble error={list.error} onRetry={() => void list.refetch()} /> : <PageBones />
  const wanted = find.toLowerCase()
  const found = list.data.settings.filter(({ name, meaning }) =>
    `${name} ${settingTitle(name)} ${meaning}`.toLowerCase().includes(wanted),
  )
  return (
    <>
      <div className="chooser">
        <SearchField name="Search settings" value={find} onChange={(text) => setQuery({ find: text })} />
        <p className="quiet" aria-live="polite">
          {plural(found.length, 'setting')}
        </p>
      </div>
      {wanted === '' && <Identity customer={list.data.customer} baseUrl={baseUrl} />}
      {Object.entries(sections).map(([section, title]) => {
        const shown = found.filter((each) => each.section === section)
        if (shown.length === 0) return null
        return (
          <Panel key={section} title={title} {...(section === 'compatibility' ? { lead: compatibilityLead } : {})}>
            <ul className="settings">
              {shown.map((setting) => (
                <SettingLine key={`${setting.scope}.${setting.name}.${setting.value}`} setting={setting} />
              ))}
            </ul>
          </Panel>
        )
      })}
      {found.length === 0 && <p className="quiet">No setting speaks of “{find}”.</p>}
    </>
  )
}

const compatibilityLead = 'What older clients need. Each is a little less safe; turn off what nobody uses.'

interface IdentityProps {
  readonly customer: Answered<'settings.list'>['customer']
  readonly baseUrl: string
}

function Identity({ customer, baseUrl }: IdentityProps) {
  const { name, logo } = customer
  const { take } = useSession()
  const mayManage = useMay('manage')
  const [text, setText] = useState(name)
  const rename = useActing('settings.rename', {
    changes: ['settings.list'],
    done: 'Saved.',
    onDone: () => void call('session.look').then(take),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    rename.mutate({ body: { name: text.trim() } })
  }
  return (
    <Panel title="Who you are">
      <div className="columns">
        <form className="stack" onSubmit={submit}>
          <TextInput
            label="Customer's name"
            description="Stands in messages and on the pages that users see."
            readOnly={!mayManage}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Trouble error={rename.error} />
          {mayManage && text.trim() !== name && text.trim() !== '' && (
            <div>
              <Button type="submit" loading={rename.isPending}>
                Save the name
              </Button>
            </div>
          )}
        </form>
        <Logo path={logo} />
        <div>
          <p className="field-name">Address of this server</p>
          <CopyField text={baseUrl} what="address" />
          <p className="under">
            Set on the host with <code>COUNTERSIGN_BASE_URL</code>.
          </p>
        </div>
      </div>
    </Panel>
  )
}
