import type { Network } from './facts.ts'

/** Words by which companies that rent out servers call themselves, and some that are known by name. */
const hosting =
  /\b(hosting|hosted|cloud|data ?cent(er|re)s?|colo(cation)?|servers?|vps|cdn|amazon|aws|google|microsoft|azure|oracle|digital ?ocean|linode|akamai|hetzner|ovh|vultr|choopa|leaseweb|contabo|scaleway|alibaba|tencent|cloudflare|fastly|m247|datacamp)\b/i
const mobile = /\b(mobile|mobil|wireless|cellular|gsm|lte|5g)\b/i

/** Where addresses of an organisation stand, by its name. */
export function kindOf(organisation: string | null): Network['kind'] {
  if (organisation === null) return null
  if (hosting.test(organisation)) return 'hosting'
  return mobile.test(organisation) ? 'mobile' : 'other'
}
