import type { ChallengeCall, EvaluateCall, PageAnswer, PageCall, RegisterCall, ValidateCall } from '../contract/risk.ts'

interface Calls {
  readonly user: PageCall
  readonly register: RegisterCall
  readonly evaluate: EvaluateCall
  readonly challenge: ChallengeCall
  readonly validate: ValidateCall
}

/** Posts one call and gives back its answer; a call that did not get through answers ERROR. */
export async function post<Name extends keyof Calls>(
  server: string,
  name: Name,
  body: Calls[Name],
): Promise<PageAnswer> {
  const { customerKey, userKey } = body
  // To a page that may not call, browsers show no answer.
  const message = `${server} could not be reached, or the session of this page is over.`
  return (await send(server, name, body)) ?? { customerKey, userKey, status: 'ERROR', message }
}

/**
 * The same; undefined when it did not get through. As plain text, so that browsers ask nothing beforehand: the server looks at
 * the page's origin itself, and no cookie goes along.
 */
export async function send<Name extends keyof Calls>(
  server: string,
  name: Name,
  body: Calls[Name],
): Promise<PageAnswer | undefined> {
  const { customerKey, userKey } = body
  try {
    const response = await fetch(`${server}/api/risk/page/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    })
    return { ...((await response.json()) as PageAnswer), customerKey, userKey }
  } catch {
    return undefined
  }
}
