import { type FormEvent, useId, useState } from 'react'
import { addAccounts } from '../model/accounts.ts'
import { Field } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { readBackup } from '../vault/backup.ts'
import { fill, useWords } from '../words/words.ts'

const fileBytesMax = 1_048_576

export function ImportScreen() {
  const words = useWords()
  const id = useId()
  const [file, setFile] = useState<File | null>(null)
  const [passphrase, setPassphrase] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [added, setAdded] = useState<number | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setAdded(null)
    if (!file) return setProblem(words.importNoFile)
    const content = file.size > fileBytesMax ? 'no-backup' : await readBackup(await file.text(), passphrase)
    if (typeof content === 'string') return setProblem(content === 'wrong' ? words.importWrong : words.importNoBackup)
    setProblem(null)
    setAdded(await addAccounts(content))
  }
  return (
    <Screen title={words.importTitle} hasBack>
      <form className="card" onSubmit={submit} noValidate>
        <p>{words.importText}</p>
        <div className="field">
          <label htmlFor={id}>{words.importChoose}</label>
          <input
            id={id}
            type="file"
            accept="application/json,.json"
            onChange={({ target }) => setFile(target.files?.[0] ?? null)}
          />
        </div>
        <Field label={words.importPassphrase} type="password" value={passphrase} onText={setPassphrase} />
        {problem && <Notice kind="problem">{problem}</Notice>}
        {added !== null && <Notice kind="good">{fill(words.importDone, { count: added })}</Notice>}
        <button type="submit" className="main">
          {words.importOpen}
        </button>
      </form>
    </Screen>
  )
}
