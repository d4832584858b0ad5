import { type FormEvent, useState } from 'react'
import type { Problem } from '../device/calls.ts'
import { type Pairing, rename } from '../device/pairing.ts'
import { back } from '../model/navigation.ts'
import { keep, removePairing } from '../model/pairings.ts'
import { useStore } from '../model/store.ts'
import { Facts } from '../parts/facts.tsx'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { fill, momentText, problemText, useLanguage, useWords } from '../words/words.ts'

/** A pairing: what it is called, whether messages arrive, and how to end it. */
export function PairingScreen({ deviceId }: { readonly deviceId: string }) {
  const words = useWords()
  const pairing = useStore().pairings.find((one) => one.deviceId === deviceId)
  if (!pairing) return <Screen title={words.pairingTitle} hasBack />
  return <Details pairing={pairing} />
}

function Details({ pairing }: { readonly pairing: Pairing }) {
  const words = useWords()
  const language = useLanguage()
  const { account, device } = pairing
  const [name, setName] = useState(device.name)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isSaved, setSaved] = useState(false)
  const [isSure, setSure] = useState(false)

  const save = async (event: FormEvent) => {
    event.preventDefault()
    setSaved(false)
    const outcome = await rename(pairing, name.trim())
    setProblem(outcome.ok ? null : outcome.code)
    setSaved(outcome.ok)
    if (outcome.ok) keep(outcome.value)
  }
  const remove = async () => {
    const outcome = await removePairing(pairing)
    if (outcome.ok || outcome.code === 'unknown-device') back()
    else setProblem(outcome.code)
  }
  return (
    <Screen title={account.customerName} hasBack>
      <Facts
        rows={[
          [words.factAccount, account.username],
          [words.pairingSince, momentText(language, device.createdAtMs)],
          [words.pairingUsed, device.lastUsedAtMs === null ? words.never : momentText(language, device.lastUsedAtMs)],
          [words.pairingPush, device.isPushWorking ? words.pairingPushOn : words.pairingPushOff],
        ]}
      />
      {problem && problem !== 'bad-name' && <Notice kind="problem">{problemText(words, problem)}</Notice>}
      <form className="card" onSubmit={save} noValidate>
        <Field
          label={words.pairingName}
          value={name}
          onText={setName}
          maxLength={60}
          problem={problem === 'bad-name' ? words.pairNameWrong : null}
        />
        <button type="submit" className="main">
          {words.save}
        </button>
        {isSaved && <Notice kind="good">{words.pairingSaved}</Notice>}
      </form>
      <section className="card">
        <p>{fill(words.pairingRemoveText, { customer: account.customerName })}</p>
        <button type="button" className="no" onClick={() => (isSure ? void remove() : setSure(true))}>
          <Icon name="trash" />
          {isSure ? words.pairingRemoveSure : words.pairingRemove}
        </button>
      </section>
    </Screen>
  )
}
