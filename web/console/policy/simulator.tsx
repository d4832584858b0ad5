import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { RiskDecision, RiskPolicy, RiskSimulation } from '../../../contract/console/risk.ts'
import { useActing } from '../calls.ts'
import { Panel } from '../parts/panel.tsx'
import { Tag, type Tone } from '../parts/tag.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { methodName, viaNames } from '../parts/words.ts'

const decisions: Readonly<Record<RiskDecision, readonly [Tone, string]>> = {
  allow: ['good', 'Let in without a second factor'],
  challenge: ['warn', 'Asked for a second factor'],
  deny: ['bad', 'Refused'],
}

/** "This user, from this address, on this device": what the draft would make of it. Keeps nothing. */
export function Simulator({ draft }: { readonly draft: RiskPolicy }) {
  const [username, setUsername] = useState('')
  const [address, setAddress] = useState('')
  const [deviceId, setDeviceId] = useState('')
  const simulate = useActing('risk.simulate')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const where = address.trim() === '' ? {} : { address: address.trim() }
    const on = deviceId === '' ? {} : { deviceId }
    simulate.mutate({ body: { username: username.trim(), ...where, ...on, policy: draft } })
  }
  const devices = simulate.data?.devices ?? []
  return (
    <Panel
      title="Simulator"
      lead="What the policy as it stands above would make of a sign-in now; nothing of it is kept."
    >
      <form className="stack" onSubmit={submit}>
        <div className="fields">
          <TextInput
            label="User"
            value={username}
            autoComplete="off"
            onChange={(event) => {
              setUsername(event.currentTarget.value)
              setDeviceId('')
            }}
          />
          <TextInput
            label="From address"
            placeholder="203.0.113.7"
            value={address}
            autoComplete="off"
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <NativeSelect
            label="On device"
            value={deviceId}
            data={[
              { value: '', label: 'One never seen before' },
              ...devices.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(event) => setDeviceId(event.currentTarget.value)}
          />
        </div>
        <div>
          <Button type="submit" variant="default" loading={simulate.isPending} disabled={username.trim() === ''}>
            Try it
          </Button>
        </div>
        <Trouble error={simulate.error} />
      </form>
      {simulate.data && !simulate.error && <Result of={simulate.data} />}
    </Panel>
  )
}

function Result({ of: { decision, score, findings, methods } }: { readonly of: RiskSimulation }) {
  const [tone, word] = decisions[decision]
  return (
    <div className="simulated" role="status">
      <p>
        <Tag tone={tone}>{word}</Tag> at risk <strong>{score}</strong> of 100
      </p>
      <ul className="findings">
        {findings.map(({ points, because }) => (
          <li key={because}>
            <span className="points">{points === 0 ? '' : points > 0 ? `+${points}` : `−${-points}`}</span>
            <span>{because}</span>
          </li>
        ))}
      </ul>
      {methods.length > 0 && (
        <p className="quiet">
          Could be asked by:{' '}
          {methods.map(({ method, via }) => methodName(method) + (via ? ` (${viaNames[via]})` : '')).join(', ')}.
        </p>
      )}
      {decision === 'challenge' && methods.length === 0 && (
        <p className="quiet">The user has nothing that counts at this risk, and could not get in.</p>
      )}
    </div>
  )
}
