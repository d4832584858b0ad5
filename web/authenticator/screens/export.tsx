import { type FormEvent, useState } from 'react'
import { useStore } from '../model/store.ts'
import { Field } from '../parts/field.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { passphraseLengthMin, writeBackup } from '../vault/backup.ts'
import { useWords } from '../words/words.ts'

const fileName = 'countersign-codes.json'

/** Other sites' codes as a file. What belongs to a pairing stays: two phones with one token would be one factor twice. */
export function ExportScreen() {
  const words = useWords()
  const others = useStore().accounts?.filter(({ pairing }) => pairing === null) ?? []
  const [passphrase, setPassphrase] = useState('')
  const [repeated, setRepeated] = useState('')
  const [problem, setProblem] = useState<'short' | 'different' | null>(null)
  const [isDone, setDone] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const wrong = passphrase.length < passphraseLengthMin ? 'short' : passphrase !== repeated ? 'different' : null
    setProblem(wrong)
    if (wrong) return
    download(await writeBackup(others, passphrase))
    setDone(true)
  }
  return (
    <Screen title={words.exportTitle} hasBack>
      <form className="card" onSubmit={submit} noValidate>
        <p>{words.exportText}</p>
        {others.length === 0 ? (
          <Notice kind="info" icon="alert">
            {words.exportNone}
          </Notice>
        ) : (
          <>
            <Field
              label={words.passphrase}
              type="password"
              autoComplete="new-password"
              value={passphrase}
              onText={setPassphrase}
              problem={problem === 'short' ? words.passphraseShort : null}
            />
            <Field
              label={words.passphraseAgain}
              type="password"
              autoComplete="new-password"
              value={repeated}
              onText={setRepeated}
              problem={problem === 'different' ? words.passphraseDifferent : null}
            />
            <button type="submit" className="main">
              {words.exportSave}
            </button>
          </>
        )}
        {isDone && <Notice kind="good">{words.exportDone}</Notice>}
      </form>
    </Screen>
  )
}

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
