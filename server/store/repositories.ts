import { accounts } from './accounts.ts'
import { adminSessions } from './admin-sessions.ts'
import { adminFactors, admins } from './admins.ts'
import { apps } from './apps.ts'
import { audit } from './audit.ts'
import { challenges } from './challenges.ts'
import { credentials } from './credentials.ts'
import { customers } from './customers.ts'
import { deliveries } from './deliveries.ts'
import { devices } from './devices.ts'
import type { Dialect } from './dialect.ts'
import { groups } from './groups.ts'
import { guards } from './guards.ts'
import { inbox } from './inbox.ts'
import { keptAnswers } from './kept-answers.ts'
import type { Keys } from './keys.ts'
import { logos } from './logos.ts'
import { marks } from './marks.ts'
import { phoneOffers } from './phone-offers.ts'
import { pushMessages } from './push-messages.ts'
import { riskCounts } from './risk-counts.ts'
import { riskDevices } from './risk-devices.ts'
import { riskEvaluations } from './risk-evaluations.ts'
import { riskPolicies } from './risk-policies.ts'
import { riskSessions } from './risk-sessions.ts'
import { riskUsers } from './risk-users.ts'
import { sendCounts } from './send-counts.ts'
import { settings } from './settings.ts'
import { signIns } from './sign-ins.ts'
import type { Db } from './tables.ts'
import { tokens } from './tokens.ts'
import { userSessions } from './user-sessions.ts'
import { users } from './users.ts'
import { webhooks } from './webhooks.ts'

/** Every table's functions on one handle: the reader, or the transaction of one write. */
export function repositories(db: Db, keys: Keys, dialect: Dialect) {
  return {
    accounts: accounts(db, keys),
    adminFactors: adminFactors(db, keys),
    adminSessions: adminSessions(db),
    admins: admins(db, keys, dialect),
    apps: apps(db, keys),
    audit: audit(db, keys, dialect),
    challenges: challenges(db, keys, dialect),
    credentials: credentials(db, keys, dialect),
    customers: customers(db, keys, dialect),
    deliveries: deliveries(db, keys),
    devices: devices(db, keys),
    groups: groups(db, dialect),
    guards: guards(db),
    inbox: inbox(db),
    keptAnswers: keptAnswers(db, keys),
    logos: logos(db),
    marks: marks(db),
    phoneOffers: phoneOffers(db),
    pushMessages: pushMessages(db, keys),
    riskCounts: riskCounts(db),
    riskDevices: riskDevices(db),
    riskEvaluations: riskEvaluations(db, keys, dialect),
    riskPolicies: riskPolicies(db),
    riskSessions: riskSessions(db, keys),
    riskUsers: riskUsers(db, keys, dialect),
    sendCounts: sendCounts(db, dialect),
    settings: settings(db, keys),
    signIns: signIns(db),
    tokens: tokens(db, keys, dialect),
    userSessions: userSessions(db),
    users: users(db, keys, dialect),
    webhooks: webhooks(db, keys),
  }
}

export type Repositories = ReturnType<typeof repositories>
