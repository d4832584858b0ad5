import type { Method } from './method.ts'

interface Pending {
  readonly digest: string
}

/** A code sent by message: SMS, e-mail or both with the same code. Kept only as a keyed digest. */
export const messageCode: Method = {
  id: 'message-code',
  title: 'Code by message',
  needs: 'contact',
  answeredBy: 'code',
  asksFirst: true,

  begin({ challengeId, via, codeLength }, tools) {
    const code = tools.randomCode(codeLength)
    const kept: Pending = { digest: tools.digest('message-code', challengeId, code).toString('base64') }
    return { pending: JSON.stringify(kept), send: via.map((channel) => ({ via: channel, code })) }
  },

  judge({ challengeId, pending, answer }, tools) {
    if (challengeId === null || pending === null) return { kind: 'wrong' }
    const kept = JSON.parse(pending) as Pending // written by begin
    const given = tools.digest('message-code', challengeId, answer.code)
    return { kind: tools.same(given, Buffer.from(kept.digest, 'base64')) ? 'right' : 'wrong' }
  },
}
