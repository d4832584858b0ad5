import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** A real browser of its own, with an empty profile that is gone after `close`. */
export interface TestBrowser {
  /** A page in a context of its own: nothing is shared with other pages, and whatever it complains about is kept. */
  open(url: string, options?: BrowserContextOptions): Promise<OpenPage>
  close(): Promise<void>
}

export interface OpenPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of scripts, of the console and of the content security policy. */
  readonly complaints: readonly string[]
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** `more`: further flags of Chromium, such as a camera that shows a file. */
export async function startBrowser(more: readonly string[] = []): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'countersign-browser-'))
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...flags, ...more],
    // The profile of the browser itself; Playwright keeps contexts in memory.
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
  })
  return {
    async open(url, options = {}) {
      const context = await browser.newContext(options)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
      await page.goto(url)
      return { page, context, complaints }
    },
    async close() {
      await browser.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/**
 * What axe finds wrong with a page, a line for each element; empty when it is accessible as far as a program can tell.
 * `rules`: only these of axe's.
 */
export async function violations(page: Page, rules: readonly string[] = []): Promise<string[]> {
  await page.evaluate(settled)
  // Its other mode opens a page more for each look, for frames of other origins, which ours have none of.
  const axe = new AxeBuilder({ page }).setLegacyMode()
  const { violations } = await (rules.length > 0 ? axe.withRules([...rules]) : axe).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}

/** Resolves when what fades or slides in is there: half of a colour has half of its contrast. What turns for ever does not count. */
const settled = `(async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame)
  const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
  await Promise.allSettled(ending.map((one) => one.finished))
})()`

/** How many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
