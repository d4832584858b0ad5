import type { ChallengeCall, EvaluateCall, PageAnswer, PageCall, RegisterCall, ValidateCall } from '../contract/risk.ts'

interface Calls {
  readonly user: PageCall
  readonly register: RegisterCall
  readonly evaluate: EvaluateCall
  readonly challenge: ChallengeCall
  readonly validate: ValidateCall
}

/**
 * Posts one call and gives back its answer; a call that did not get through answers ERROR. As plain text, so that browsers
 * ask nothing beforehand: the server looks at the page's origin itself, and no cookie goes along.
 */
export async function post<Name extends keyof Calls>(
  server: string,
  name: Name,
  body: Calls[Name],
): Promise<PageAnswer> {
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
    // To a page that may not call, browsers show no answer.
    return {
      customerKey,
      userKey,
      status: 'ERROR',
      message: `${server} could not be reached, or the session of this page is over.`,
    }
  }
}
