import { Modal } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { call, whenAsked } from '../api.ts'
import { useSession } from '../session.ts'
import { ProveFactor } from './prove-factor.tsx'

/** Asks for the second factor again before something dangerous; `api.ts` waits for the answer and repeats the call. */
export function ConfirmFactor() {
  const { state, take } = useSession()
  const [isAsking, setAsking] = useState(false)
  const answer = useRef<(isProven: boolean) => void>(() => undefined)

  useEffect(() => {
    whenAsked({
      confirm: () =>
        new Promise((resolve) => {
          answer.current = resolve
          setAsking(true)
        }),
    })
    return () => whenAsked({ confirm: async () => false })
  }, [])

  const end = (isProven: boolean) => {
    setAsking(false)
    answer.current(isProven)
  }
  return (
    <Modal opened={isAsking} onClose={() => end(false)} title="Is it still you?" size="sm" zIndex={400}>
      <p className="modal-lead">What you are about to do can hurt. Prove your second factor once more.</p>
      <ProveFactor
        factors={state.factors}
        prove={async (proof) => {
          take(await call('session.confirm', { body: proof }))
          end(true)
        }}
      />
    </Modal>
  )
}
