import { Button, Modal, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import type { TokenImport } from '../../../contract/console/tokens.ts'
import { useActing } from '../calls.ts'
import { Figure } from '../parts/figure.tsx'
import { FileField } from '../parts/file-field.tsx'
import { List } from '../parts/list.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural } from '../parts/words.ts'

const bytesMax = 1_500_000

/** Hardware tokens from their vendor's file: a dry run first, which says what each row would do. */
export function ImportTokens({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState<string | null>(null)
  const [password, setPassword] = useState('')
  const [key, setKey] = useState('')
  const dryRun = useActing('tokens.import')
  const run = useActing('tokens.import', { changes: ['tokens.list'] })
  const report = run.data ?? dryRun.data
  const isPskc = text?.includes('KeyContainer') ?? false
  const file = { ...(password ? { password } : {}), ...(key ? { key } : {}) }
  const look = (content: string | null) => {
    setText(content)
    run.reset()
    dryRun.reset()
    if (content !== null) dryRun.mutate({ body: { text: content, isDryRun: true } })
  }
  return (
    <Modal opened onClose={onClose} title="Import tokens" size="lg">
      <div className="stack">
        {!report && (
          <p className="quiet">
            The file that came with the tokens: OATH CSV, PSKC (RFC 6030) or Yubico CSV; which one it is shows by
            itself. Nothing changes before you have seen what it would do.
          </p>
        )}
        {!run.data && <FileField label="Token file" accept=".csv,.xml,.pskc,.txt" bytesMax={bytesMax} onText={look} />}
        {isPskc && !run.data && (
          <details className="fold" open={dryRun.error !== null}>
            <summary>The file is protected</summary>
            <div className="stack">
              <div className="fields">
                <PasswordInput
                  label="Its password"
                  value={password}
                  autoComplete="off"
                  onChange={(event) => setPassword(event.currentTarget.value)}
                />
                <PasswordInput
                  label="or its key, in hex or base64"
                  value={key}
                  autoComplete="off"
                  onChange={(event) => setKey(event.currentTarget.value)}
                />
              </div>
              <div>
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => text !== null && dryRun.mutate({ body: { text, isDryRun: true, ...file } })}
                >
                  Read it again
                </Button>
              </div>
            </div>
          </details>
        )}
        <Trouble error={run.error ?? dryRun.error} />
        {report && <Report report={report} isDryRun={!run.data} />}
        <div className="form-end">
          <Button variant="default" onClick={onClose}>
            {run.data ? 'Close' : 'Cancel'}
          </Button>
          {!run.data && (
            <Button
              disabled={text === null || !report || report.added === 0}
              loading={dryRun.isPending || run.isPending}
              onClick={() => text !== null && run.mutate({ body: { text, isDryRun: false, ...file } })}
            >
              {report && report.added > 0 ? `Import ${plural(report.added, 'token')}` : 'Import'}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  )
}

function Report({ report, isDryRun }: { readonly report: TokenImport; readonly isDryRun: boolean }) {
  const { format, added, weak, errors } = report
  return (
    <>
      <p role="status">
        <strong>{isDryRun ? 'Dry run: nothing has changed yet.' : 'Imported.'}</strong> The file is {format}.
      </p>
      <div className="figures">
        <Figure name={isDryRun ? 'Would be added' : 'Added'} number={added} />
        <Figure name="With a short key" number={weak.length} />
        <Figure name="Wrong rows" number={errors.length} />
      </div>
      {errors.length > 0 && (
        <div className="scroll-box">
          <List
            of={['wrong row', 'wrong rows']}
            columns={[
              { name: 'Row', of: ({ row }) => row },
              { name: 'Serial', of: ({ serial }) => serial ?? '–' },
              { name: 'Problem', of: ({ message }) => message },
            ]}
            rows={errors}
            keyOf={({ row, message }) => `${row} ${message}`}
            empty={null}
          />
        </div>
      )}
    </>
  )
}
