import { defaultTemplates, languages } from '../engine/templates.ts'
import { templatePrefix } from '../store/customers.ts'
import { serverScope } from '../vocabulary/customer.ts'
import { customerOf, withStore } from './database.ts'
import { knownSettings, shownOf, storedValue } from './known-settings.ts'
import type { Report } from './report.ts'
import { lengthOf, type Stored, type Tree, templatesKey } from './settings-file.ts'
import { storedIn } from './settings-import.ts'

/** Prints what was set as a file for `settings import`; secrets are left out, and named beside it. */
export async function exportSettings({ customer }: { customer?: number }): Promise<Report> {
  return withStore(async (store) => {
    const all = await storedIn(store.read)
    const id = customer === undefined ? undefined : (await customerOf(store, customer)).id
    const { file, leftOut } = fileOf(new Map([...all].filter(([scope]) => id === undefined || scope === id)))
    const aside = leftOut.length === 0 ? '' : `Without what is secret: ${leftOut.join(', ')}.`
    return { text: JSON.stringify(file, null, 2), json: file, aside }
  })
}

/** What was set in these scopes and may be shown, as a file for `planOf`, and the places of what may not. */
function fileOf(stored: Stored): { readonly file: Tree; readonly leftOut: readonly string[] } {
  const leftOut: string[] = []
  const scopes = [...stored].map(([scope, texts]): readonly [number, Tree] => [scope, treeOf(scope, texts, leftOut)])
  const server = scopes.find(([scope]) => scope === serverScope)
  const customers = scopes.filter(([scope]) => scope !== serverScope)
  return {
    file: {
      ...(server ? { server: server[1] } : {}),
      ...(customers.length > 0 ? { customers: Object.fromEntries(customers) } : {}),
    },
    leftOut,
  }
}

function treeOf(scope: number, stored: ReadonlyMap<string, string>, leftOut: string[]): Tree {
  const path = scope === serverScope ? 'server' : `customers.${scope}`
  const own = knownSettings.filter(({ isServers }) => isServers === (scope === serverScope))
  const entries = own.flatMap((one): [string, unknown][] => {
    const value = storedValue(one, stored)
    if (value === undefined) return []
    const { name, setting } = one
    if (setting.isSecret) leftOut.push(setting.parts ? `the secrets of ${path}.${name}` : `${path}.${name}`)
    return setting.isSecret && !setting.parts ? [] : [[name, shownOf(setting, value)]]
  })
  const templates = templatesOf(stored)
  return { ...Object.fromEntries(entries), ...(lengthOf(templates) > 0 ? { [templatesKey]: templates } : {}) }
}

function templatesOf(stored: ReadonlyMap<string, string>): Tree {
  const byId = Object.keys(defaultTemplates).map((id) => {
    const texts = languages.flatMap((language) => {
      const text = stored.get(`${templatePrefix}${id}.${language}`)
      return text === undefined ? [] : [[language, text] as const]
    })
    return [id, Object.fromEntries(texts)] as const
  })
  return Object.fromEntries(byId.filter(([, texts]) => lengthOf(texts) > 0))
}
