import { clockToleranceMs, showNext } from '../model/pairings.ts'
import { set, useStore } from '../model/store.ts'
import { reloadIntoUpdate } from '../model/worker.ts'
import { Notice } from '../parts/notice.tsx'
import { duration, fill, problemText, useWords } from '../words/words.ts'

/** What somebody should know wherever in the app he is. */
export function Banners() {
  const words = useWords()
  const { isOffline, isErased, isUpdateReady, pairings, removed, troubles } = useStore()
  const aheadMs = Math.abs(pairings[0]?.aheadMs ?? 0)
  return (
    <div className="banners">
      {isUpdateReady && (
        <Notice kind="info" icon="refresh">
          {words.updateReady}{' '}
          <button type="button" className="link" onClick={() => void reloadIntoUpdate()}>
            {words.reload}
          </button>
        </Notice>
      )}
      {isOffline && (
        <Notice kind="warning" icon="offline">
          {words.offline}
        </Notice>
      )}
      {aheadMs > clockToleranceMs && (
        <Notice kind="warning">{fill(words.clockOff, { minutes: duration(words, aheadMs) })}</Notice>
      )}
      {isErased && <Notice kind="problem">{words.pinErased}</Notice>}
      {pairings.map(({ deviceId, account }) => {
        const trouble = troubles[deviceId]
        return (
          trouble && (
            <Notice kind="problem" key={deviceId}>
              {account.customerName}: {problemText(words, trouble)}
            </Notice>
          )
        )
      })}
      {removed.map((customer) => (
        <Notice kind="problem" key={customer}>
          {fill(words.removedByServer, { customer })} {fill(words.removedHint, { customer })}{' '}
          <button
            type="button"
            className="link"
            onClick={() => set({ removed: removed.filter((one) => one !== customer) })}
          >
            {words.close}
          </button>
        </Notice>
      ))}
      <Waiting />
    </div>
  )
}

/** Prompts that were put off. */
function Waiting() {
  const words = useWords()
  const { waiting, later } = useStore()
  const isWaiting = Object.values(waiting).some((prompts) =>
    prompts.some(({ id, kind }) => kind !== 'scan' && later.includes(id)),
  )
  if (!isWaiting) return null
  const show = () => {
    set({ later: [] })
    showNext()
  }
  return (
    <Notice kind="info">
      {words.waitingTitle}{' '}
      <button type="button" className="link" onClick={show}>
        {words.waitingShow}
      </button>
    </Notice>
  )
}
