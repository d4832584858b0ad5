import { foldUsername } from '../../engine/contacts.ts'
import { advanceSignIn, beginSignIn, readSignIn, signInMs, waitFor } from '../../engine/sign-in.ts'
import { randomSecret } from '../../security/random.ts'
import type { SignIn } from '../../vocabulary/app.ts'
import type { MethodId } from '../../vocabulary/method.ts'
import type { User } from '../../vocabulary/user.ts'
import type { Call } from './endpoint.ts'
import { authMethodsOf, countPassed } from './factors.ts'
import { weigh } from './risk.ts'
import { type Reply, said } from './words.ts'

/** The user of a call; undefined for a name that nobody has. */
export function userOf({ engine, customer, body }: Call): Promise<User | undefined> {
  return engine.store.read.users.find(customer.id, foldUsername(body.username))
}

/** What the steps before proved: null when the call names none, a refusal when its token is not of this user's sign-in. */
export async function earlierOf({ engine, app, body }: Call, user: User | undefined): Promise<SignIn | null | Reply> {
  if (body.authToken === undefined) return null
  const signIn = await readSignIn(engine, app, body.authToken)
  if (!signIn) return said.noSignIn
  return signIn.userId === user?.id ? signIn : said.otherOwner
}

/** Whether the caller says that the user's browser has passkeys. */
export function supportsFido({ body }: Call): boolean {
  return body.supportFido === 'true'
}

/** The token that goes with a question: that of the sign-in it belongs to, or of a new one. */
export async function tokenFor({ engine, app, body }: Call, user: User, challengeId: string): Promise<string> {
  const isWaiting = body.authToken !== undefined && (await waitFor(engine, app, body.authToken, challengeId))
  return isWaiting && body.authToken ? body.authToken : beginSignIn(engine, app, user.id, challengeId)
}

/**
 * A step was passed: the answer with all fields that clients read, as texts. `secretCode` is empty for as long as further
 * steps are wanted. The token of this step counts once; whoever comes second with it is refused.
 */
export async function passed(
  call: Call,
  user: User,
  earlier: SignIn | null,
  method: MethodId,
  answeredElsewhere: string | null = null,
): Promise<Reply> {
  const { engine, app, customer, body } = call
  const methods = [...new Set([...(earlier?.methods ?? []), method])]
  const isComplete = countPassed(methods) >= app.factors
  const weighed = isComplete ? await weigh(call, user, method) : { score: 0 }
  if ('code' in weighed) return weighed
  const token = body.authToken ?? null
  const authToken = await advanceSignIn(engine, app, { userId: user.id, token, methods, answeredElsewhere })
  if (authToken === undefined) return said.noSignIn
  const authMethods = await authMethodsOf(engine, {
    customer,
    user,
    passed: isComplete ? [] : methods,
    supportsFido: supportsFido(call),
  })
  return {
    ...said.done,
    object: {
      appId: app.id,
      userId: user.id,
      companyId: String(customer.id),
      companyName: customer.name,
      username: user.username,
      email: user.email ?? '',
      uuid: user.id,
      role: '3', // an ordinary user, as in the vendor's registration call
      authToken,
      secretCode: isComplete ? randomSecret(32).toString('hex') : '',
      authMethods,
      sessionTimeout: String(signInMs),
      lastSuccessLogin: String(engine.clock()),
      adaptiveScore: String(weighed.score),
      ...unused,
    },
  }
}

/** Of things that do not exist here; a user's groups may be several. Clients read them all the same, some without looking whether they are there. */
const unused = {
  multiStepAuth: '',
  timezone: '',
  groupId: '',
  useSystemPassword: '0',
  passwordExpired: '0',
  userAppId: '',
  userClientId: '',
  userUniqueId: '',
  defAccId: '',
  defDeviceName: '',
  countDeviceList: '0',
  spIdList: '[]',
} as const
