import { createContext, useContext } from 'react'
import { mayDo, type Permission } from '../../contract/console/route.ts'
import type { SessionState } from '../../contract/console/session.ts'

/** Who is signed in, and what may be done with that. */
interface Session {
  readonly state: SessionState
  /** Takes over what a step of the sign-in, or a change of it, led to. */
  readonly take: (state: SessionState) => void
  /** Looks at another customer from now on. */
  readonly chooseCustomer: (id: number) => void
}

export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('outside of a session')
  return session
}

/** Whether the admin's role allows something. The server decides; this only hides what would be refused. */
export function useMay(permission: Permission): boolean {
  const { admin } = useSession().state
  return admin !== null && (mayDo[admin.role] as readonly Permission[]).includes(permission)
}

export const roleNames = { owner: 'Owner', admin: 'Admin', helpdesk: 'Help desk', auditor: 'Auditor' } as const

/** What each role is for, in a sentence. */
export const roleMeanings = {
  owner: 'Everything, with keys and admins.',
  admin: 'Everything but keys and admins.',
  helpdesk: 'Finds users, reads their timeline and helps them; changes no settings.',
  auditor: 'Looks at everything and changes nothing.',
} as const
