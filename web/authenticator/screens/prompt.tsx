import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { PromptDecision } from '../../../contract/device/prompts.ts'
import type { Problem } from '../device/calls.ts'
import type { Pairing } from '../device/pairing.ts'
import { type Asked, decide } from '../device/prompts.ts'
import { back, leaveFor } from '../model/navigation.ts'
import { showNext } from '../model/pairings.ts'
import { get, set, useStore } from '../model/store.ts'
import { Facts } from '../parts/facts.tsx'
import { HoldButton } from '../parts/hold-button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { useNow } from '../parts/now.ts'
import { Screen } from '../parts/screen.tsx'
import { Unlock } from '../parts/unlock.tsx'
import { clockText, duration, fill, problemText, useLanguage, useWords } from '../words/words.ts'
import { type Ending, EndingScreen } from './ending.tsx'

/** Refusals after which the same prompt may be answered again. */
const repeatable: readonly Problem[] = [
  'offline',
  'wrong-number',
  'stale-nonce',
  'too-many-requests',
  'failed',
  'overloaded',
]

/** A sign-in that waits for a yes or a no. Denying is always possible; approving needs the app's lock to be open. */
export function PromptScreen({ asked }: { readonly asked: Asked }) {
  const [isDenying, setDenying] = useState(false)
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [ending, setEnding] = useState<Ending | null>(null)
  const over = useOver(asked)

  const send = async (decision: PromptDecision, proof: string) => {
    if (isSending) return
    setSending(true)
    setProblem(null)
    const outcome = await decide(asked, decision, proof)
    setSending(false)
    if (outcome.ok) return setEnding({ kind: decision })
    setProblem(outcome.code)
    if (!repeatable.includes(outcome.code)) setEnding({ kind: 'failed', problem: outcome.code })
  }
  const close = () => {
    const { waiting, later } = get()
    const { deviceId } = asked.pairing
    const others = (waiting[deviceId] ?? []).filter(({ id }) => id !== asked.prompt.id)
    set({ asked: null, waiting: { ...waiting, [deviceId]: others }, later: [...later, asked.prompt.id] })
    // Not back to the camera: it would see the same code again.
    if (asked.prompt.kind === 'scan') back()
    showNext()
  }
  const putOff = () => {
    set({ asked: null, later: [...get().later, asked.prompt.id] })
    showNext()
  }

  const end = ending ?? (over && !isSending ? { kind: over } : null)
  if (end) return <EndingScreen ending={end} asked={asked} onClose={close} />
  if (isDenying)
    return <DenyScreen asked={asked} problem={problem} isSending={isSending} onDecision={(one) => void send(one, '')} />
  return (
    <AskScreen
      asked={asked}
      problem={problem}
      isSending={isSending}
      onApprove={(proof) => void send('approve', proof)}
      onDeny={() => setDenying(true)}
      onLater={putOff}
    />
  )
}

/** How the prompt ended without this phone's doing; null while it waits. */
function useOver({ prompt, pairing }: Asked): 'expired' | 'elsewhere' | 'spoken' | null {
  const { waiting } = useStore()
  const nowMs = useServerNow(pairing)
  if (nowMs >= prompt.expiresAtMs) return 'expired'
  // A scanned prompt need not stand in the list of those that came by themselves.
  const list = waiting[pairing.deviceId]
  if (prompt.kind !== 'scan' && list && !list.some(({ id }) => id === prompt.id))
    return prompt.kind === 'voice' ? 'spoken' : 'elsewhere'
  return null
}

/** The server's time, by what it said last of its clock. */
function useServerNow(pairing: Pairing): number {
  const current = useStore().pairings.find(({ deviceId }) => deviceId === pairing.deviceId) ?? pairing
  return useNow() + current.aheadMs
}

interface AskProps {
  readonly asked: Asked
  readonly problem: Problem | null
  readonly isSending: boolean
  readonly onApprove: (proof: string) => void
  readonly onDeny: () => void
  readonly onLater: () => void
}

function AskScreen({ asked, problem, isSending, onApprove, onDeny, onLater }: AskProps) {
  const words = useWords()
  const { accounts } = useStore()
  const { prompt } = asked
  const isNumber = prompt.kind === 'push' && prompt.needsNumber
  return (
    <Screen title={prompt.transactionName === null ? words.askSignIn : words.askTransaction} brand={prompt.account}>
      {prompt.transactionName !== null && <p className="transaction">{prompt.transactionName}</p>}
      <PromptFacts asked={asked} />
      {problem && <Notice kind="problem">{problemText(words, problem)}</Notice>}
      {prompt.page !== null ? (
        <SpeakLink page={prompt.page} />
      ) : accounts === null ? (
        <Unlock title={words.unlockApprove} />
      ) : isNumber ? (
        <NumberForm key={problem} isSending={isSending} onNumber={onApprove} />
      ) : (
        <section className="card">
          <HoldButton isDisabled={isSending} onHeld={() => onApprove(prompt.kind === 'scan' ? asked.secret : '')} />
        </section>
      )}
      <button type="button" className="no large" disabled={isSending} onClick={onDeny}>
        <Icon name="cross" />
        {words.deny}
      </button>
      {prompt.kind !== 'scan' && (
        <button type="button" className="quiet-button" disabled={isSending} onClick={onLater}>
          {words.later}
        </button>
      )}
      <p className="sr-only" role="status">
        {isSending ? words.sending : ''}
      </p>
    </Screen>
  )
}

function PromptFacts({ asked: { prompt, pairing } }: { readonly asked: Asked }) {
  const words = useWords()
  const language = useLanguage()
  const leftMs = prompt.expiresAtMs - useServerNow(pairing)
  const isTold = prompt.place !== null || prompt.origin !== null || prompt.browser !== null
  return (
    <>
      <Facts
        rows={[
          [words.factAccount, prompt.account.username],
          [words.factWhen, clockText(language, prompt.createdAtMs - pairing.aheadMs)],
          [words.factPlace, prompt.place ?? (isTold ? null : words.notTold)],
          [words.factAddress, prompt.origin],
          [words.factDevice, prompt.browser ?? (isTold ? null : words.notTold)],
        ]}
      />
      <p className="time-left">
        <Icon name="clock" />
        {fill(words.timeLeft, { time: duration(words, leftMs) })}
      </p>
    </>
  )
}

/** Opens the page that listens, which leads back to the app. The voice is the proof, so no lock is asked. */
function SpeakLink({ page }: { readonly page: string }) {
  const words = useWords()
  return (
    <section className="card">
      <p>{words.speakText}</p>
      <button type="button" className="main large" onClick={() => leaveFor(page)}>
        <Icon name="microphone" />
        {words.speak}
      </button>
    </section>
  )
}

/** The number stands on the login page only: whoever did not start the sign-in cannot know it. */
function NumberForm({ isSending, onNumber }: { readonly isSending: boolean; readonly onNumber: (n: string) => void }) {
  const words = useWords()
  const [number, setNumber] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (number.length === 2) onNumber(number)
  }
  return (
    <form className="card number" onSubmit={submit}>
      <label htmlFor="number">{words.numberLabel}</label>
      <div className="row">
        <input
          id="number"
          inputMode="numeric"
          autoComplete="off"
          maxLength={2}
          value={number}
          aria-describedby="number-hint"
          onChange={({ target }) => setNumber(target.value.replaceAll(/\D/g, ''))}
        />
        <button type="submit" className="yes" disabled={isSending || number.length !== 2}>
          <Icon name="check" />
          {words.approve}
        </button>
      </div>
      <p className="hint" id="number-hint">
        {words.numberHint}
      </p>
    </form>
  )
}

interface DenyProps {
  readonly asked: Asked
  readonly problem: Problem | null
  readonly isSending: boolean
  readonly onDecision: (decision: 'deny' | 'report') => void
}

function DenyScreen({ asked, problem, isSending, onDecision }: DenyProps) {
  const words = useWords()
  const { account } = asked.prompt
  useEffect(() => {
    document.querySelector('h1')?.focus()
  }, [])
  const left = useRef(onDecision)
  left.current = onDecision
  useEffect(() => {
    // Whoever leaves the question has denied all the same.
    const leave = () => document.visibilityState === 'hidden' && left.current('deny')
    document.addEventListener('visibilitychange', leave)
    return () => document.removeEventListener('visibilitychange', leave)
  }, [])
  return (
    <Screen title={words.denyTitle} brand={account}>
      <p>{fill(words.denyText, { customer: account.customerName })}</p>
      {problem && <Notice kind="problem">{problemText(words, problem)}</Notice>}
      <button type="button" className="no large solid" disabled={isSending} onClick={() => onDecision('report')}>
        <Icon name="alert" />
        {words.denyReport}
      </button>
      <button type="button" className="large" disabled={isSending} onClick={() => onDecision('deny')}>
        {words.denyOnly}
      </button>
    </Screen>
  )
}
