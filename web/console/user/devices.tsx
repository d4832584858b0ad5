import { Button } from '@mantine/core'
import { IconDeviceMobile, IconWorld } from '@tabler/icons-react'
import type { UserDetail } from '../../../contract/console/users.ts'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { plural } from '../parts/words.ts'
import { useMay } from '../session.ts'
import type { Act } from './acts.ts'

/** Paired phones, and browsers that are remembered. */
export function Devices({ user, onAct }: { readonly user: UserDetail; readonly onAct: (act: Act) => void }) {
  const mayHelp = useMay('help')
  if (user.devices.length === 0) return null
  return (
    <Panel title="Phones and devices" lead={plural(user.devices.length, 'device')}>
      <ul className="lines">
        {user.devices.map(({ id, name, kind, isTrusted, lastSeenAtMs, createdAtMs }) => (
          <li key={id}>
            {kind === 'phone' ? (
              <IconDeviceMobile size={21} aria-hidden="true" />
            ) : (
              <IconWorld size={21} aria-hidden="true" />
            )}
            <span className="lines-text">
              <strong>{name}</strong> {isTrusted && <Tag tone="good">Remembered</Tag>}
              <span className="under">
                {lastSeenAtMs === null ? (
                  'never used'
                ) : (
                  <>
                    last used <Time atMs={lastSeenAtMs} />
                  </>
                )}
                {', '}
                {kind === 'phone' ? 'paired' : 'since'} <Time atMs={createdAtMs} isExact />
              </span>
            </span>
            {mayHelp && (
              <Button
                size="xs"
                variant="default"
                aria-label={`${kind === 'phone' ? 'Remove' : 'Forget'} ${name}`}
                onClick={() =>
                  onAct(kind === 'phone' ? { act: 'remove-phone', deviceId: id } : { act: 'end-trust', deviceId: id })
                }
              >
                {kind === 'phone' ? 'Remove' : 'Forget'}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
