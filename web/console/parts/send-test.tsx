import { Button, Modal, NativeSelect, TextInput } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useActing } from '../calls.ts'
import { Trouble } from './trouble.tsx'
import { viaNames } from './words.ts'

type TestVia = 'sms' | 'email' | 'call'

/** A button that sends a message, to see whether one arrives. */
export function SendTest() {
  const [isOpen, setOpen] = useState(false)
  const [via, setVia] = useState<TestVia>('sms')
  const [to, setTo] = useState('')
  const send = useActing('home.test', { changes: ['home.look', 'delivery.log', 'delivery.look'] })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send.mutate({ body: { via, to: to.trim() } })
  }
  const close = () => {
    setOpen(false)
    send.reset()
  }
  return (
    <>
      <Button leftSection={<IconSend size={18} />} variant="default" onClick={() => setOpen(true)}>
        Send me a test
      </Button>
      <Modal opened={isOpen} onClose={close} title="Send a test message">
        <form className="stack" onSubmit={submit}>
          <NativeSelect
            label="By"
            value={via}
            data={(['sms', 'email', 'call'] as const).map((value) => ({ value, label: viaNames[value] }))}
            onChange={(event) => setVia(event.currentTarget.value as TestVia)} // one of the options above
          />
          <TextInput
            label={via === 'email' ? 'To which address' : 'To which number'}
            placeholder={via === 'email' ? 'you@example.com' : '+1 555 123 4567'}
            type={via === 'email' ? 'email' : 'tel'}
            required
            withAsterisk={false}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <Trouble error={send.error} />
          {send.data && (
            <p className={send.data.isSent ? 'outcome-good' : 'outcome-bad'} role="status">
              {send.data.isSent ? `Handed over${send.data.provider ? ` to ${send.data.provider}` : ''}.` : 'Not sent.'}{' '}
              {send.data.detail}
            </p>
          )}
          <div className="form-end">
            <Button variant="default" onClick={close}>
              Close
            </Button>
            <Button type="submit" loading={send.isPending}>
              Send
            </Button>
          </div>
        </form>
      </Modal>
    </>
  )
}
