import { useEffect, useMemo, useState } from 'react'
import type { SessionState } from '../../contract/console/session.ts'
import { call, carry, chooseCustomer, whenAsked } from './api.ts'
import { queries } from './calls.ts'
import { isIdle } from './idle.ts'
import { ConfirmFactor } from './parts/confirm-factor.tsx'
import { Splash } from './parts/splash.tsx'
import { useAddress } from './router.ts'
import { SessionContext } from './session.ts'
import { Shell } from './shell.tsx'
import { SetUp } from './sign-in/set-up.tsx'
import { SignIn } from './sign-in/sign-in.tsx'

const stillHereMs = 4 * 60_000
const customerKept = 'console-customer'

/** The next call is about the customer that the server thinks of first. */
function forgetCustomer(): void {
  sessionStorage.removeItem(customerKept)
  chooseCustomer(null)
}

/** Shows the sign-in until somebody is in, and the console from then on. */
export function App() {
  const [state, setState] = useState<SessionState | null>(null)
  const [hasEnded, setEnded] = useState(false)
  const [problem, setProblem] = useState<Error | null>(null)
  const { path } = useAddress()

  const session = useMemo(() => {
    const take = (next: SessionState) => {
      carry(next)
      const isKeptGone = next.step === 'in' && next.customerId === null && sessionStorage.getItem(customerKept) !== null
      if (next.step === 'out' || isKeptGone) forgetCustomer()
      if (isKeptGone) return void call('session.look').then(take)
      setState((before) => {
        if (before && before.admin?.id !== next.admin?.id) queries.clear()
        return next
      })
    }
    const choose = async (id: number) => {
      sessionStorage.setItem(customerKept, String(id))
      chooseCustomer(id)
      queries.clear()
      take(await call('session.look'))
    }
    return { take, choose }
  }, [])

  useEffect(() => {
    const look = () => call('session.look').then(session.take, setProblem)
    const kept = Number(sessionStorage.getItem(customerKept)) || null
    chooseCustomer(kept)
    whenAsked({
      signedOut: () => {
        setEnded(true)
        void look()
      },
    })
    void look()
  }, [session])

  const isIn = state?.step === 'in'
  useEffect(() => {
    if (!isIn) return
    setEnded(false)
    // A long form makes no call: who types into it is still there.
    const timer = setInterval(() => {
      if (!isIdle()) call('session.look').then(session.take, () => undefined)
    }, stillHereMs)
    return () => clearInterval(timer)
  }, [isIn, session])

  const value = useMemo(
    () => state && { state, take: session.take, chooseCustomer: (id: number) => void session.choose(id) },
    [state, session],
  )
  if (!value || !state) return <Splash problem={problem} />
  const isSettingUp = path === '/console/setup' && state.step !== 'in'
  return (
    <SessionContext value={value}>
      {state.step === 'in' && <Shell />}
      {state.step === 'in' && <ConfirmFactor />}
      {(state.step === 'enrol' || isSettingUp) && <SetUp />}
      {(state.step === 'out' || state.step === 'factor') && !isSettingUp && <SignIn hasEnded={hasEnded} />}
    </SessionContext>
  )
}
