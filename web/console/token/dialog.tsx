import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { TokenRow } from '../../../contract/console/tokens.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { isReason, ReasonField } from '../parts/reason-field.tsx'

export type TokenAct = 'assign' | 'unassign' | 'disable' | 'enable' | 'resync'

const words = {
  assign: ['Hand out', 'Whose is it from now on?'],
  unassign: ['Take back', 'It goes back into the drawer; its holder cannot use it any more.'],
  disable: ['Disable', 'It is accepted for nobody. Do this when it is lost.'],
  enable: ['Enable', 'It is accepted again.'],
  resync: ['Bring back in step', 'Its button was pressed too often. Ask for two codes, one right after the other.'],
} as const satisfies Record<TokenAct, readonly [string, string]>

interface Props {
  readonly token: TokenRow
  readonly act: TokenAct
  readonly onClose: () => void
}

/** What is done with one hardware token. */
export function TokenDialog({ token, act, onClose }: Props) {
  const [username, setUsername] = useState('')
  const [reason, setReason] = useState('')
  const [codes, setCodes] = useState<readonly [string, string]>(['', ''])
  const { serial } = token
  const options = { changes: ['tokens.list', 'users.look', 'users.timeline'], done: 'Done.', onDone: onClose } as const
  const assign = useActing('tokens.assign', options)
  const other = useActing('tokens.act', options)
  const resync = useActing('tokens.resync', options)
  const params = { serial }
  const submit = () => {
    if (act === 'assign') assign.mutate({ params, body: { username: username.trim(), reason: reason.trim() } })
    else if (act === 'resync') resync.mutate({ params, body: { codes } })
    else other.mutate({ params, body: { act, reason: reason.trim() } })
  }
  const isReady = act === 'resync' ? codes.every((code) => /^\d{6,8}$/.test(code)) : isReason(reason)
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`${words[act][0]}: ${serial}`}
      lead={words[act][1]}
      action={words[act][0]}
      isDangerous={act === 'disable'}
      isBusy={assign.isPending || other.isPending || resync.isPending}
      isReady={isReady && (act !== 'assign' || username.trim() !== '')}
      error={assign.error ?? other.error ?? resync.error}
      onSubmit={submit}
    >
      {act === 'assign' && (
        <TextInput
          label="Username"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
      )}
      {act === 'resync' ? (
        <div className="fields">
          {codes.map((code, index) => (
            <TextInput
              // biome-ignore lint/suspicious/noArrayIndexKey: there are always two, in this order
              key={index}
              label={index === 0 ? 'First code' : 'Next code'}
              inputMode="numeric"
              autoComplete="off"
              value={code}
              onChange={(event) => {
                const text = event.currentTarget.value.replaceAll(/\D/g, '')
                setCodes(index === 0 ? [text, codes[1]] : [codes[0], text])
              }}
            />
          ))}
        </div>
      ) : (
        <ReasonField value={reason} onChange={setReason} />
      )}
    </FormDialog>
  )
}
