/** What the key of a device signs: bound to one session, so that nobody can use it again. */
export function deviceProofText(session: string, deviceToken: string): string {
  return `countersign-device-1\n${session}\n${deviceToken}`
}
