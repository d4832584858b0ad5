import { Button } from '@mantine/core'
import { IconDeviceMobile, IconWorld } from '@tabler/icons-react'
import type { UserDetail } from '../../../contract/console.ts'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { plural } from '../parts/words.ts'
import { useMay } from '../session.ts'
import type { Act } from './acts.ts'

/** Where somebody was seen, and which of it is trusted. */
export function Devices({ user, onAct }: { readonly user: UserDetail; readonly onAct: (act: Act) => void }) {
  const mayHelp = useMay('help')
  if (user.devices.length === 0) return null
  return (
    <Panel title="Devices" lead={plural(user.devices.length, 'device')}>
      <ul className="lines">
        {user.devices.map(({ id, name, kind, isTrusted, lastSeenAtMs, place }) => (
          <li key={id}>
            {kind === 'phone' ? (
              <IconDeviceMobile size={21} aria-hidden="true" />
            ) : (
              <IconWorld size={21} aria-hidden="true" />
            )}
            <span className="lines-text">
              <strong>{name}</strong> {isTrusted && <Tag tone="good">Trusted</Tag>}
              <span className="under">
                {place && `${place} · `}
                <Time atMs={lastSeenAtMs} />
              </span>
            </span>
            {mayHelp && isTrusted && (
              <Button
                size="xs"
                variant="default"
                aria-label={`End trust in ${name}`}
                onClick={() => onAct({ act: 'end-trust', deviceId: id })}
              >
                End trust
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
