import { type ActivityCalls, activityRoutes } from './console/activity.ts'
import { type AdminCalls, adminRoutes } from './console/admins.ts'
import { type AppCalls, appRoutes } from './console/apps.ts'
import { type DeliveryCalls, deliveryRoutes } from './console/delivery.ts'
import { type DeveloperCalls, developerRoutes } from './console/developers.ts'
import { type GroupCalls, groupRoutes } from './console/groups.ts'
import { type HomeCalls, homeRoutes } from './console/home.ts'
import { type PolicyCalls, policyRoutes } from './console/policy.ts'
import { type RiskCalls, riskRoutes } from './console/risk.ts'
import type { Call, ConsoleRoute } from './console/route.ts'
import { type SessionCalls, sessionRoutes } from './console/session.ts'
import { type TokenCalls, tokenRoutes } from './console/tokens.ts'
import { type UserCalls, userRoutes } from './console/users.ts'

/**
 * What the console and the server say to each other: the table of every call. A file of `console/` for each
 * area holds its types, what its calls are given and answer, and where they are; none knows server or browser.
 *
 * How a call is made. JSON both ways (`content-type: application/json`), cookies of the same site. Every call but those
 * that `needs` nobody carries `x-csrf-token` with the token of `session.look`, reading ones too. An admin of the whole
 * server names the customer in `x-console-customer`; absent: the oldest one. Times are milliseconds since 1970 (UTC).
 * An answer is 200 with the call's `answer`; everything else is a `ConsoleProblem` with its status.
 */

/** What each call is given and answers. */
export type ConsoleCalls = SessionCalls &
  HomeCalls &
  UserCalls &
  GroupCalls &
  TokenCalls &
  AppCalls &
  DeliveryCalls &
  PolicyCalls &
  RiskCalls &
  AdminCalls &
  ActivityCalls &
  DeveloperCalls

export type CallName = keyof ConsoleCalls

/** What a call's caller gives. */
export type Given<Name extends CallName> = Omit<ConsoleCalls[Name], 'answer'>

export type Answered<Name extends CallName> = ConsoleCalls[Name]['answer']

/** Every call: who may make it and where. The server serves nothing else under `/api/console/`. */
export const consoleRoutes = {
  ...sessionRoutes,
  ...homeRoutes,
  ...userRoutes,
  ...groupRoutes,
  ...tokenRoutes,
  ...appRoutes,
  ...deliveryRoutes,
  ...policyRoutes,
  ...riskRoutes,
  ...adminRoutes,
  ...activityRoutes,
  ...developerRoutes,
} as const satisfies Record<CallName, ConsoleRoute>

/** Fails to compile when a call is not one. */
type AllCalls = { [Name in CallName]: ConsoleCalls[Name] extends Call ? true : never }

export type EveryCallIsOne = AllCalls[CallName]
