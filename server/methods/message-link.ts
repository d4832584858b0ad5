import type { Method, Tools } from './method.ts'

interface Pending {
  readonly accept: string
  readonly deny: string
  /** What accepting means typing. */
  readonly number: string
  /** True: the caller's login page shows the number; false: the link's own page does. */
  readonly isShownByCaller: boolean
}

const secretBytes = 32
/** Three wrong numbers end it: two digits leave a guesser three chances in a hundred. */
const attemptsMax = 3

/**
 * A message with two links, to accept and to deny. Opening a link decides nothing; accepting always means typing two
 * digits, because mail scanners follow links and post forms. Denying needs no number and is final.
 */
export const messageLink: Method = {
  id: 'message-link',
  title: 'Link by message',
  needs: 'contact',
  answeredBy: 'decision',
  asksFirst: true,
  isPrompt: true,
  attemptsMax,

  begin({ challengeId, via, isNumberShown }, tools) {
    const [accept, deny] = [tools.randomSecret(secretBytes), tools.randomSecret(secretBytes)].map((secret) =>
      secret.toString('base64url'),
    )
    const number = tools.randomCode(2)
    const kept: Pending = {
      accept: digest(tools, challengeId, accept ?? '').toString('base64'),
      deny: digest(tools, challengeId, deny ?? '').toString('base64'),
      number,
      isShownByCaller: isNumberShown,
    }
    const links = { accept: accept ?? '', deny: deny ?? '' }
    const send = via.map((channel) => ({ kind: 'links' as const, via: channel, challengeId, ...links }))
    return { pending: JSON.stringify(kept), send, ...(isNumberShown ? { matchNumber: number } : {}) }
  },

  judge({ challengeId, pending, answer }, tools) {
    const may = opens(challengeId, pending, answer.kind === 'decision' ? answer.secret : '', tools)
    if (answer.kind !== 'decision' || pending === null || !may) return { kind: 'wrong' }
    if (!answer.isAccepted) return { kind: 'denied' }
    const { number } = JSON.parse(pending) as Pending // written by begin
    const isSame = tools.same(Buffer.from(number), Buffer.from(answer.number ?? ''))
    return { kind: may === 'accept' && isSame ? 'right' : 'wrong' }
  },

  matchNumber(pending) {
    const { number, isShownByCaller } = JSON.parse(pending) as Pending // written by begin
    return isShownByCaller ? number : null
  },

  look({ challengeId, pending, secret }, tools) {
    const may = opens(challengeId, pending, secret, tools)
    if (!may || pending === null) return undefined
    const { number, isShownByCaller } = JSON.parse(pending) as Pending // written by begin
    return { may, numberToShow: isShownByCaller ? null : number }
  },
}

/** What a secret opens: the link to accept (which may also deny) or the one to deny. */
function opens(
  challengeId: string | null,
  pending: string | null,
  secret: string,
  tools: Tools,
): 'accept' | 'deny' | undefined {
  if (challengeId === null || pending === null) return undefined
  const { accept, deny } = JSON.parse(pending) as Pending // written by begin
  const given = digest(tools, challengeId, secret)
  if (tools.same(given, Buffer.from(accept, 'base64'))) return 'accept'
  if (tools.same(given, Buffer.from(deny, 'base64'))) return 'deny'
  return undefined
}

function digest(tools: Tools, challengeId: string, secret: string): Buffer {
  return tools.digest('message-link', challengeId, secret)
}
