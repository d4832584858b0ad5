import FingerprintJS, { murmurX64Hash128 } from '@fingerprintjs/fingerprintjs'
import type { DeviceReport } from '../contract/risk.ts'

type Seen = Pick<DeviceReport, 'components' | 'hints'>

/** What this browser looks like: parts, not only a hash of them all. Asks nobody else. */
export async function collect(): Promise<Seen> {
  const [components, hints] = await Promise.all([componentsOf(), hintsOf()])
  return { components, hints }
}

/** What FingerprintJS found, by its own names. */
type Found = Readonly<Record<string, unknown>>

async function componentsOf(): Promise<Record<string, string>> {
  // Monitoring would call the maker's server.
  const agent = await FingerprintJS.load({ monitoring: false })
  const { components } = await agent.get()
  const values = Object.entries(components).map(([name, one]) => [name, 'value' in one ? one.value : undefined])
  const found: Found = Object.fromEntries(values)
  const parts = Object.entries(readers).map(([name, read]) => [name, read(found).slice(0, textLengthMax)] as const)
  return Object.fromEntries(parts.filter(([, text]) => text !== ''))
}

const textLengthMax = 4_000

/** Each part of the fingerprint, from what was found. Left out is what differs from one visit to the next. */
const readers: Readonly<Record<string, (found: Found) => string>> = {
  canvas: ({ canvas }) => digest(canvas),
  webgl: ({ webGlBasics, webGlExtensions }) => joined(gpuOf(webGlBasics), digest(webGlExtensions)),
  screen: ({ screenResolution, colorDepth }) => joined(screenResolution, colorDepth, devicePixelRatio),
  languages: () => navigator.languages.join(','),
  timeZone: ({ timezone }) => joined(timezone),
  hardware: ({ hardwareConcurrency, deviceMemory, architecture }) =>
    joined(hardwareConcurrency, deviceMemory, architecture),
  fonts: ({ fonts }) => lines(fonts),
  audio: ({ audio }) => joined(audio),
  plugins: ({ plugins }) => lines(plugins),
  platform: ({ platform, osCpu, cpuClass, vendor }) => joined(platform, osCpu, cpuClass, vendor),
  touch: ({ touchSupport }) => joined(touchSupport),
  storage: ({ sessionStorage, localStorage, indexedDB, openDatabase, cookiesEnabled }) =>
    joined(sessionStorage, localStorage, indexedDB, openDatabase, cookiesEnabled),
  math: ({ math }) => digest(math),
  mediaQueries: ({ colorGamut, contrast, forcedColors, hdr, invertedColors, monochrome, reducedMotion }) =>
    joined(colorGamut, contrast, forcedColors, hdr, invertedColors, monochrome, reducedMotion),
}

function gpuOf(basics: unknown): unknown {
  const { vendorUnmasked, rendererUnmasked } = (basics ?? {}) as Record<string, unknown>
  return [vendorUnmasked, rendererUnmasked]
}

function joined(...values: readonly unknown[]): string {
  const texts = values.map((value) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')))
  return texts.every((text) => text === '') ? '' : texts.join(' ')
}

function digest(value: unknown): string {
  return value === undefined ? '' : murmurX64Hash128(JSON.stringify(value))
}

/** Of a list of texts, or of things with a name. */
function lines(value: unknown): string {
  if (!Array.isArray(value)) return ''
  return value.map((one: string | { name?: unknown }) => (typeof one === 'string' ? one : String(one.name))).join('\n')
}

interface UserAgentData {
  readonly brands: readonly { readonly brand: string; readonly version: string }[]
  readonly mobile: boolean
  getHighEntropyValues(names: readonly string[]): Promise<Record<string, unknown>>
}

const hintLengthMax = 128

async function hintsOf(): Promise<Record<string, string>> {
  // Not in TypeScript's library: only Chromium has it.
  const { userAgentData } = navigator as Navigator & { userAgentData?: UserAgentData }
  if (!userAgentData) return {}
  const told = await userAgentData
    .getHighEntropyValues(['platform', 'platformVersion', 'model'])
    .catch(() => ({}) as Record<string, unknown>) // forbidden by the page's permissions policy
  const { platform, platformVersion, model } = told
  // Browsers put a brand that does not exist among the others.
  const brands = userAgentData.brands.filter(({ brand }) => !/not.*brand/i.test(brand))
  const all = {
    platform,
    platformVersion,
    model,
    brands: brands.map(({ brand, version }) => `${brand} ${version}`).join(', '),
    mobile: String(userAgentData.mobile),
  }
  const texts = Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(
    texts.filter(([, text]) => text !== '').map(([name, text]) => [name, text.slice(0, hintLengthMax)]),
  )
}
