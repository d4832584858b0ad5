import { type FormEvent, useState } from 'react'
import { addAccount } from '../model/accounts.ts'
import { go } from '../model/navigation.ts'
import { Choice, Field } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { accountOf, type OtpauthProblem, readOtpauth } from '../vault/otpauth.ts'
import { algorithms } from '../vault/totp.ts'
import { otpauthText, useWords } from '../words/words.ts'

const empty = { issuer: '', name: '', secret: '', digits: 6, periodSeconds: 30, algorithm: 'SHA1' as string }

/** Another site's codes: from its link, or typed. */
export function AddScreen({ link }: { readonly link: string }) {
  const words = useWords()
  const read = link === '' ? null : readOtpauth(link)
  const [form, setForm] = useState(read === null || typeof read === 'string' ? empty : read)
  const [pasted, setPasted] = useState('')
  const [linkProblem, setLinkProblem] = useState<OtpauthProblem | null>(typeof read === 'string' ? read : null)
  const [problem, setProblem] = useState<OtpauthProblem | 'name' | null>(null)

  const readPasted = () => {
    const account = readOtpauth(pasted.trim())
    setLinkProblem(typeof account === 'string' ? account : null)
    if (typeof account !== 'string') setForm(account)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const account = accountOf(form)
    if (typeof account === 'string') return setProblem(account)
    if (account.issuer === '' && account.name === '') return setProblem('name')
    if (await addAccount(account)) go({ name: 'codes' })
  }

  return (
    <Screen title={words.addTitle} hasBack>
      {link === '' && (
        <section className="card">
          <p className="quiet">{words.addText}</p>
          <Field
            label={words.addLink}
            value={pasted}
            onText={setPasted}
            spellCheck={false}
            problem={linkProblem && otpauthText(words, linkProblem)}
          />
          <button type="button" onClick={readPasted}>
            {words.addRead}
          </button>
        </section>
      )}
      {link !== '' && linkProblem && <Notice kind="problem">{otpauthText(words, linkProblem)}</Notice>}
      <form className="card" onSubmit={submit} noValidate>
        <Field
          label={words.addIssuer}
          value={form.issuer}
          onText={(issuer) => setForm({ ...form, issuer })}
          problem={problem === 'name' ? words.addNoIssuer : null}
        />
        <Field label={words.addName} value={form.name} onText={(name) => setForm({ ...form, name })} />
        <Field
          label={words.addSecret}
          hint={words.addSecretHint}
          value={form.secret}
          onText={(secret) => setForm({ ...form, secret })}
          spellCheck={false}
          autoCapitalize="characters"
          problem={problem && problem !== 'name' ? otpauthText(words, problem) : null}
        />
        <details>
          <summary>{words.addMore}</summary>
          <Choice
            label={words.addDigits}
            value={form.digits}
            options={[6, 7, 8].map((value) => ({ value, text: String(value) }))}
            onChoice={(digits) => setForm({ ...form, digits })}
          />
          <Choice
            label={words.addPeriod}
            value={form.periodSeconds}
            options={[...new Set([15, 30, 60, form.periodSeconds])].map((value) => ({ value, text: String(value) }))}
            onChoice={(periodSeconds) => setForm({ ...form, periodSeconds })}
          />
          <Choice
            label={words.addAlgorithm}
            value={form.algorithm}
            options={algorithms.map((value) => ({ value: value as string, text: value }))}
            onChoice={(algorithm) => setForm({ ...form, algorithm })}
          />
        </details>
        <button type="submit" className="main">
          {words.addSave}
        </button>
      </form>
    </Screen>
  )
}
