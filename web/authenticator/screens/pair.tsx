import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { PairingOffer } from '../../../contract/device/pairing.ts'
import type { Outcome, Problem } from '../device/calls.ts'
import { makeKey, readOffer } from '../device/pairing.ts'
import { go } from '../model/navigation.ts'
import { pair } from '../model/pairings.ts'
import { Facts } from '../parts/facts.tsx'
import { Field } from '../parts/field.tsx'
import { Gate } from '../parts/gate.tsx'
import { isInstalled, isIos } from '../parts/install.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { fill, problemText, useWords } from '../words/words.ts'

/** Pairs this phone with the account behind a code: whose it is, a PIN if there is none, a name. */
export function PairScreen({ code }: { readonly code: string }) {
  const words = useWords()
  const [offer, setOffer] = useState<Outcome<PairingOffer> | null>(null)
  const [isPast, setPast] = useState(false)
  useEffect(() => {
    void readOffer(code).then(setOffer)
  }, [code])
  if (offer === null)
    return (
      <Screen title={words.pairTitle} hasBack>
        <p role="status">{words.pairReading}</p>
      </Screen>
    )
  if (!offer.ok) return <Failed problem={offer.code} />
  if (isIos() && !isInstalled() && !isPast)
    return (
      <Screen title={words.installTitle} hasBack>
        <section className="card">
          <p>{words.installIosFirst}</p>
          <button type="button" onClick={() => setPast(true)}>
            {words.installIosAnyway}
          </button>
        </section>
      </Screen>
    )
  return (
    <Gate title={words.pairTitle}>
      <NameScreen code={code} offer={offer.value} />
    </Gate>
  )
}

function NameScreen({ code, offer }: { readonly code: string; readonly offer: PairingOffer }) {
  const words = useWords()
  const { account } = offer
  const [name, setName] = useState(kindOfPhone)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isWorking, setWorking] = useState(false)
  // The same key again when the answer was lost: the server knows it by that.
  const keys = useRef<Promise<CryptoKeyPair>>(undefined)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') return setProblem('bad-name')
    setWorking(true)
    keys.current ??= makeKey()
    const outcome = await pair(await keys.current, code, name.trim())
    if (outcome.ok) return go({ name: 'paired', deviceId: outcome.value.deviceId }, 'replace')
    setWorking(false)
    setProblem(outcome.code)
  }
  return (
    <Screen title={words.pairTitle} brand={account} hasBack>
      <form className="card" onSubmit={submit} noValidate>
        <p>{fill(words.pairWho, { customer: account.customerName })}</p>
        <Facts rows={[[words.pairAccount, account.username]]} />
        <Field
          label={words.pairName}
          hint={words.pairNameHint}
          value={name}
          onText={setName}
          maxLength={60}
          problem={problem === 'bad-name' ? words.pairNameWrong : null}
        />
        {problem && problem !== 'bad-name' && <Notice kind="problem">{problemText(words, problem)}</Notice>}
        <button type="submit" className="main" disabled={isWorking}>
          {isWorking ? words.working : words.pairNow}
        </button>
      </form>
    </Screen>
  )
}

function Failed({ problem }: { readonly problem: Problem }) {
  const words = useWords()
  return (
    <Screen title={words.pairFailed} seal="no" hasBack>
      <p className="centred" role="alert">
        {problemText(words, problem)}
      </p>
      <button type="button" className="main" onClick={() => go({ name: 'scan' }, 'replace')}>
        {words.scanCode}
      </button>
    </Screen>
  )
}

/** What the list of phones may call it until its owner knows better. */
function kindOfPhone(): string {
  const { userAgent } = navigator
  const kinds = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac', 'Linux']
  return kinds.find((kind) => userAgent.includes(kind)) ?? 'Phone'
}
