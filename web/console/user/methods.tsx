import { Button } from '@mantine/core'
import {
  IconDeviceMobile,
  IconDeviceRemote,
  IconFingerprint,
  IconKey,
  IconMessage,
  IconQuestionMark,
} from '@tabler/icons-react'
import type { UserDetail, UserMethod } from '../../../contract/console/users.ts'
import { Link } from '../parts/link.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag, type Tone } from '../parts/tag.tsx'
import { Time } from '../parts/time.tsx'
import { methodName, plural } from '../parts/words.ts'
import { useMay } from '../session.ts'
import type { Act } from './acts.ts'
import { isAllowed } from './barred.ts'

const icons: Readonly<Record<string, typeof IconKey>> = {
  'message-code': IconMessage,
  'message-link': IconMessage,
  'time-code': IconDeviceMobile,
  'hardware-token': IconDeviceRemote,
  questions: IconQuestionMark,
  'recovery-code': IconKey,
  passkey: IconFingerprint,
  push: IconDeviceMobile,
}

export const strengths = {
  strong: ['good', 'Strong'],
  fair: ['plain', 'Fair'],
  weak: ['warn', 'Weak'],
} as const satisfies Record<UserMethod['strength'], readonly [Tone, string]>

const notAllowed = ['plain', 'Not allowed'] as const

/** What somebody can prove himself with. */
export function Methods({ user, onAct }: { readonly user: UserDetail; readonly onAct: (act: Act) => void }) {
  const mayHelp = useMay('help')
  const ways = user.methods.filter(({ method }) => isAllowed(user, method)).length
  return (
    <Panel title="Methods" lead={user.methods.length === 0 ? undefined : `${plural(ways, 'way')} in`}>
      {user.methods.length === 0 && (
        <p className="quiet">
          None yet. Add a phone or an e-mail for codes by message, or invite the user to set one up.
        </p>
      )}
      <ul className="lines">
        {user.methods.map((each) => {
          const MethodIcon = icons[each.method] ?? IconKey
          const [tone, word] = isAllowed(user, each.method) ? strengths[each.strength] : notAllowed
          return (
            <li key={each.id ?? `${each.method} ${each.label}`}>
              <MethodIcon size={21} aria-hidden="true" />
              <span className="lines-text">
                <strong>{methodName(each.method)}</strong> <Tag tone={tone}>{word}</Tag>
                <span className="under">{[each.label, leftOf(each)].filter(Boolean).join(' · ')}</span>
                <span className="under">
                  {!each.isActive && 'Not confirmed yet. '}
                  {each.untilMs !== null && (
                    <>
                      Counts until <Time atMs={each.untilMs} isExact />.{' '}
                    </>
                  )}
                  {each.lastUsedAtMs !== null && (
                    <>
                      Used <Time atMs={each.lastUsedAtMs} />
                    </>
                  )}
                </span>
              </span>
              {mayHelp && each.method === 'hardware-token' && (
                <Link to={`/console/tokens?q=${encodeURIComponent(each.label ?? '')}`}>Look</Link>
              )}
              {mayHelp && each.id !== null && each.method !== 'hardware-token' && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`Reset ${methodName(each.method)}`}
                  onClick={() => onAct({ act: 'reset-method', method: each.method, credentialId: each.id ?? '' })}
                >
                  Reset
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      {user.allowed !== null && (
        <p className="under">
          The groups of this user allow only: {user.allowed.map(methodName).join(', ') || 'nothing'}. Nothing else can
          be set up or signs in.
        </p>
      )}
    </Panel>
  )
}

function leftOf({ left }: UserMethod): string | null {
  return left === null ? null : `${left} left`
}
