import { Button, Modal, PasswordInput } from '@mantine/core'
import { IconDeviceMobile, IconFingerprint, IconPlus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { tell, useActing, useReading } from '../calls.ts'
import { NewFactor } from '../parts/new-factor.tsx'
import { Page } from '../parts/page.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural } from '../parts/words.ts'
import { roleMeanings, roleNames, useSession } from '../session.ts'

/** The admin's own: factors, password, other sessions. */
export function Account() {
  const { admin } = useSession().state
  if (!admin) return null
  return (
    <Page title="Your account" lead={`${admin.login} · ${roleNames[admin.role]}: ${roleMeanings[admin.role]}`}>
      <div className="columns">
        <Factors />
        <div>
          <Password />
          <OtherSessions />
        </div>
      </div>
    </Page>
  )
}

function Factors() {
  const { take } = useSession()
  const [isAdding, setAdding] = useState(false)
  const list = useReading('factors.list')
  const remove = useActing('factors.remove', { changes: ['factors.list'], done: 'Removed.' })
  const factors = list.data?.factors
  return (
    <Panel
      title="Second factors"
      lead={
        factors?.length === 1
          ? 'One factor. Add a second one, so that a lost phone does not lock you out.'
          : `${plural(factors?.length ?? 0, 'factor')}; any of them signs you in.`
      }
      actions={
        <Button size="xs" variant="default" leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          Add
        </Button>
      }
    >
      <Trouble error={list.error ?? remove.error} />
      <ul className="lines">
        {factors?.map(({ id, kind, name, createdAtMs, lastUsedAtMs }) => (
          <li key={id}>
            {kind === 'passkey' ? (
              <IconFingerprint size={22} aria-hidden="true" />
            ) : (
              <IconDeviceMobile size={22} aria-hidden="true" />
            )}
            <span className="lines-text">
              <strong>{name}</strong>
              <span className="under">
                {kind === 'passkey' ? 'Passkey' : 'Authenticator app'}, added <Time atMs={createdAtMs} />
                {lastUsedAtMs !== null && (
                  <>
                    , used <Time atMs={lastUsedAtMs} />
                  </>
                )}
              </span>
            </span>
            {factors.length > 1 && (
              <Button
                size="xs"
                variant="default"
                aria-label={`Remove ${name}`}
                onClick={() => remove.mutate({ params: { id } })}
              >
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Modal opened={isAdding} onClose={() => setAdding(false)} title="Add a second factor">
        <NewFactor
          onDone={(state) => {
            take(state)
            setAdding(false)
            tell('Added.')
            void list.refetch()
          }}
        />
      </Modal>
    </Panel>
  )
}

function Password() {
  const { take } = useSession()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useActing('account.password', {
    done: 'Your password is changed.',
    onDone: (state) => {
      take(state)
      setCurrent('')
      setNext('')
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate({ body: { current, next } })
  }
  return (
    <Panel title="Password">
      <form className="stack" onSubmit={submit}>
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description="At least 12 characters; three or four words in a row are fine."
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        <Trouble error={change.error} />
        <div className="form-end">
          <Button type="submit" loading={change.isPending} disabled={current === '' || [...next].length < 12}>
            Change the password
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function OtherSessions() {
  const end = useActing('account.endOthers', {
    done: ({ ended }) => (ended === 0 ? 'There was no other session.' : `${plural(ended, 'other session')} ended.`),
  })
  return (
    <Panel title="Other sessions">
      <div className="spread">
        <p className="quiet">Signs you out wherever else you are signed in.</p>
        <Button variant="default" loading={end.isPending} onClick={() => end.mutate({})}>
          End them
        </Button>
      </div>
    </Panel>
  )
}
