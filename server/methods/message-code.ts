import type { Method } from './method.ts'

interface Pending {
  readonly digest: string
}

/** A code sent by message: SMS, e-mail, both with the same code, or a call that reads it. Kept only as a keyed digest. */
export const messageCode: Method = {
  id: 'message-code',
  title: 'Code by message',
  needs: 'contact',
  answeredBy: 'code',
  asksFirst: true,

  begin({ challengeId, via, codeLength, binding }, tools) {
    const code = tools.randomCode(codeLength)
    const kept: Pending = { digest: tools.digest(...partsOf(challengeId, code, binding)).toString('base64') }
    return {
      pending: JSON.stringify(kept),
      send: via.map((channel) => ({ kind: 'code' as const, via: channel, code })),
    }
  },

  judge({ challengeId, pending, answer }, tools) {
    if (challengeId === null || pending === null || answer.kind !== 'code') return { kind: 'wrong' }
    const kept = JSON.parse(pending) as Pending // written by begin
    const given = tools.digest(...partsOf(challengeId, answer.code, answer.binding))
    return { kind: tools.same(given, Buffer.from(kept.digest, 'base64')) ? 'right' : 'wrong' }
  },
}

/** A code that was asked for something is right only together with it. */
function partsOf(challengeId: string, code: string, binding: string | undefined): string[] {
  return ['message-code', challengeId, code, ...(binding === undefined ? [] : [binding])]
}
