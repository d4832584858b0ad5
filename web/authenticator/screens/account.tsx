import { type FormEvent, useState } from 'react'
import { removeAccount, renameAccount } from '../model/accounts.ts'
import { back } from '../model/navigation.ts'
import { useStore } from '../model/store.ts'
import { Field } from '../parts/field.tsx'
import { Screen } from '../parts/screen.tsx'
import { SureButton } from '../parts/sure-button.tsx'
import { useWords } from '../words/words.ts'

/** Another site's codes: their name, and their end. */
export function AccountScreen({ id }: { readonly id: string }) {
  const words = useWords()
  const account = useStore().accounts?.find((one) => one.id === id)
  const [issuer, setIssuer] = useState(account?.issuer ?? '')
  const [name, setName] = useState(account?.name ?? '')
  if (!account) return <Screen title={words.accountTitle} hasBack />
  const save = async (event: FormEvent) => {
    event.preventDefault()
    await renameAccount(id, issuer.trim(), name.trim())
    back()
  }
  const remove = async () => {
    await removeAccount(id)
    back()
  }
  return (
    <Screen title={account.issuer || account.name} hasBack>
      <form className="card" onSubmit={save}>
        <Field label={words.addIssuer} value={issuer} onText={setIssuer} maxLength={120} />
        <Field label={words.addName} value={name} onText={setName} maxLength={120} />
        <button type="submit" className="main">
          {words.save}
        </button>
      </form>
      <section className="card">
        <p>{words.accountRemoveText}</p>
        <SureButton text={words.remove} sure={words.accountRemoveSure} onSure={() => void remove()} />
      </section>
    </Screen>
  )
}
