import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Source {
  /** From the root of the repository, such as `server/engine/answer.ts`. */
  readonly path: string
  /** Without comments. */
  readonly code: string
  /** Files of ours that it imports, types too. */
  readonly imports: readonly string[]
  /** Everything else that it imports. */
  readonly packages: readonly string[]
}

/** All that runs; tests and what only tests share is left out. */
const sources = globSync(['server/**/*.ts', 'server/main.mjs'], { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !/(\.test|-suite)\.ts$/.test(path))
  .sort()
  .map(readSource)

interface Place {
  readonly folder: RegExp
  /** What its files may import, besides each other. */
  readonly ours: RegExp
  readonly packages: RegExp
}

const nothing = /^$/

/** Who may import whom: arrows point inward. */
const places: readonly Place[] = [
  { folder: /^server\/vocabulary\//, ours: nothing, packages: nothing },
  { folder: /^server\/security\//, ours: nothing, packages: /^node:(crypto|util)$/ },
  { folder: /^server\/risk\//, ours: /^server\/vocabulary\//, packages: /^(bowser|ipaddr\.js)$/ }, // they calculate
  { folder: /^server\/tokens\//, ours: /^server\/(security\/|vocabulary\/)/, packages: nothing },
  {
    folder: /^server\/methods\//,
    ours: /^server\/(security\/|vocabulary\/)/,
    packages: /^@simplewebauthn\/server$/, // a calculation: it reads nothing and stores nothing
  },
  {
    folder: /^server\/voice\//,
    ours: /^server\/(engine\/ports|methods\/|vocabulary\/)/,
    packages: /^node:(child_process|crypto|fs|fs\/promises|os|path|url|worker_threads)$/,
  },
  {
    folder: /^server\/engine\//,
    ours: /^server\/(methods\/|risk\/|security\/|tokens\/|vocabulary\/)/,
    packages: /^(libphonenumber-js\/|node:timers\/promises$)/,
  },
  {
    folder: /^server\/store\//,
    ours: /^server\/(risk\/|security\/|vocabulary\/|settings)/, // what it keeps of risk has its shape there
    packages: /^(kysely|pg|node:(sqlite|crypto|fs|fs\/promises|path|timers\/promises|worker_threads)$)/,
  },
  {
    folder: /^server\/checkpoints\//,
    ours: /^server\/(security\/|store\/|demo\/noted|vocabulary\/)/,
    packages: /^(pino|node:(fs\/promises|path))$/,
  },
  {
    folder: /^server\/channels\//,
    ours: /^server\/(vocabulary\/|settings)/,
    packages: /^(nodemailer|smpp|typebox(\/compile)?|web-push|node:(crypto|dns|events|https|net|timers\/promises))$/,
  },
  {
    folder: /^server\/api\/\w+\.ts$/,
    ours: /^server\/(security\/|vocabulary\/)/,
    packages: /^(fastify|@fastify\/(static|swagger)|typebox|qrcode|sharp|node:(fs|net|url)|pino)$/,
  },
  ...globSync('server/api/*/', { cwd: root }).map((folder) => ({
    folder: new RegExp(`^${folder.replaceAll('\\', '/').replace(/\/$/, '')}/`),
    ours: /^(contract\/|server\/(engine\/|risk\/facts|security\/|vocabulary\/|api\/\w+\.ts$))/,
    packages:
      /^(fastify|@fastify\/(cors|static)|typebox|typebox\/compile|qrcode|sharp|node:(crypto|fs|http|net)|nodemailer)$/,
  })),
]

describe('the architecture', () => {
  it('was found', () => {
    assert.ok(sources.length > 50)
    assert.ok(sources.some(({ imports }) => imports.includes('server/vocabulary/customer.ts')))
  })

  it('has no import cycles, types included', () => {
    assert.deepEqual(cycles(), [])
  })

  it('has arrows that point inward only', () => {
    const wrong = places.flatMap(({ folder, ours, packages }) => {
      const inside = sources.filter(({ path }) => folder.test(path))
      assert.ok(inside.length > 0, `${folder} is there`)
      return inside.flatMap(({ path, imports, packages: used }) => [
        ...imports.filter((one) => !folder.test(one) && !ours.test(one)).map((one) => `${path} imports ${one}`),
        ...used.filter((one) => !packages.test(one)).map((one) => `${path} imports ${one}`),
      ])
    })
    assert.deepEqual(wrong, [])
  })

  it('has nobody import what ties everything together', () => {
    const importers = (target: RegExp) => sources.filter(({ imports }) => imports.some((one) => target.test(one)))
    assert.deepEqual(pathsOf(importers(/^server\/(main\.mjs|cli\.ts)$/)), [])
    assert.deepEqual(pathsOf(importers(/^server\/start\.ts$/)), ['server/main.mjs'])
    const ofCommandLine = importers(/^server\/cli\//).filter(({ path }) => !/^server\/cli[./]/.test(path))
    assert.deepEqual(pathsOf(ofCommandLine), [])
    const ofAssembly = importers(/^server\/(assemble|served|jobs)\.ts$/).filter(
      ({ path }) => !/^server\/(start|assemble)\.ts$/.test(path),
    )
    assert.deepEqual(pathsOf(ofAssembly), [])
  })

  it('exports no value that nobody imports', () => {
    const everywhere = globSync('{bench,contract,docs,sdk,server,test,web}/**/*.{ts,tsx,mjs}', { cwd: root })
    const taken = new Set(
      everywhere.map((path) => readSource(path.replaceAll('\\', '/'))).flatMap(({ path, code }) => takenBy(path, code)),
    )
    const idle = sources
      .filter(({ path }) => !taken.has(`${path} *`))
      .flatMap(({ path, code }) =>
        [...code.matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm)].map(([, name]) => `${path} ${name}`),
      )
      .filter((one) => !taken.has(one))
    assert.deepEqual(idle, [])
    assert.ok(taken.has('server/engine/answer.ts answer'), 'imports are found')
  })

  it('has time and chance passed in', () => {
    const origins = /^server\/(main\.mjs|(start|assemble|cli)\.ts)$|^server\/(cli|security)\//
    const isFound = (code: string) => /\bDate\.now\b|\bMath\.random\b|\bnew Date\(\s*\)/.test(withoutQuotedLines(code))
    const wrong = sources.filter(({ path, code }) => !origins.test(path) && isFound(code))
    assert.deepEqual(pathsOf(wrong), [])
    const found = ['const at = Date.now()', "'a', Date.now(), 'b',", "'$" + "{Date.now()}',", "'a\nDate.now()\n',"]
    assert.deepEqual(found.filter(isFound), found, 'it is found where it is')
    assert.ok(isFound(sources.find(({ path }) => path === 'server/assemble.ts')?.code ?? ''))
  })

  it('has SQL in the store only', () => {
    const sql =
      /\b(select\b[^'"`;]*\bfrom|insert\s+into|delete\s+from|update\s+\w+\s+set|(create|alter|drop)\s+(table|index)|pragma\s+\w+|begin\s+immediate)\b|\.(selectFrom|insertInto|updateTable|deleteFrom)\(/i
    const outside = sources.filter(({ path }) => !path.startsWith('server/store/'))
    assert.deepEqual(pathsOf(outside.filter(({ code }) => sql.test(code))), [])
    const drivers = outside.filter(({ packages }) => packages.some((one) => /^(kysely|pg|node:sqlite)/.test(one)))
    assert.deepEqual(pathsOf(drivers), [])
    assert.ok(
      sources.some(({ code }) => sql.test(code)),
      'it is found where it is',
    )
  })

  it('has attempts, steps and failures written by decisions only', () => {
    const columns = /\b(attempts|judging|last_step|failures)\b/
    const decisions = /^server\/store\/(sqlite\/decide|postgres\/decide-statement|migrations\/.*)\.ts$/
    const writes = (code: string) => [
      ...(code.match(/\b(attempts|judging|last_step|failures)\s*=(?![=>])/g) ?? []),
      ...(code.match(/\b(update|insert\s+into)\s+(guards|challenges|credentials|daily_tries)\b/gi) ?? []),
      ...(code.match(/insertInto\('(guards|daily_tries)'\)|mergeInto\(|replaceInto\(/g) ?? []),
      ...(code.match(/(updateTable|doUpdateSet)\([\s\S]*?\.execute/g) ?? []).filter((statement) =>
        columns.test(statement),
      ),
    ]
    const outside = sources.filter(({ path }) => !decisions.test(path))
    const wrong = outside.flatMap(({ path, code }) => writes(code).map((what) => `${path}: ${what}`))
    assert.deepEqual(wrong, [])
    const inside = sources.filter(({ path }) => decisions.test(path) && !path.includes('migrations'))
    assert.equal(inside.length, 2)
    for (const { code } of inside) assert.ok(writes(code).length >= 3, 'it is found where it is')
    // A challenge begins with no attempt spent, whatever its maker says.
    const challenges = sources.find(({ path }) => path === 'server/store/challenges.ts')
    assert.match(challenges?.code ?? '', /insertInto\('challenges'\)[\s\S]*attempts: 0,/)
  })

  it('has failures forgotten by an unlock, a success or the purge only', () => {
    const forgetting = sources.filter(({ code }) =>
      /deleteFrom\('(guards|daily_tries)'\)|delete from (guards|daily_tries)/.test(code),
    )
    assert.deepEqual(pathsOf(forgetting), [
      'server/store/guards.ts',
      'server/store/postgres/decide-statement.ts',
      'server/store/purge.ts',
      'server/store/sqlite/decide.ts',
    ])
  })
})

/** A vendor's words stay in its folder, and nobody but the composition knows the folder. */
const vendors = {
  centagate: /centagate|integrationKey|unixTimestamp|smsOtp|authToken|supportFido|browserFp|secretCode|multiStepAuth/i,
} as const

describe('a vendor', () => {
  const composition = 'server/served.ts'

  for (const [vendor, words] of Object.entries(vendors)) {
    const folder = `server/api/${vendor}/`
    const outside = sources.filter(({ path }) => !path.startsWith(folder))

    it(`${vendor} is imported by the composition only`, () => {
      const importers = outside.filter(({ imports }) => imports.some((one) => one.startsWith(folder)))
      assert.deepEqual(pathsOf(importers), [composition])
    })

    it(`${vendor} has no word of its own in the engine, the methods, the store or the security folder`, () => {
      const inner = outside.filter(({ path }) => /^server\/(engine|methods|store|security|vocabulary\/)/.test(path))
      assert.deepEqual(pathsOf(inner.filter(({ code }) => words.test(code))), [])
      assert.ok(
        sources.some(({ path, code }) => path.startsWith(folder) && words.test(code)),
        'they are found where they are',
      )
    })

    it(`${vendor} can be taken out: without its folder and its lines in the composition the server serves the rest`, async () => {
      const copy = mkdtempSync(join(tmpdir(), 'countersign-without-'))
      try {
        for (const part of ['server', 'contract']) cpSync(join(root, part), join(copy, part), { recursive: true })
        copyFileSync(join(root, 'package.json'), join(copy, 'package.json'))
        symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
        rmSync(join(copy, folder), { recursive: true })
        const lines = readFileSync(join(root, composition), 'utf8').split('\n')
        const kept = lines.filter((line) => !new RegExp(`\\b${vendor}\\b`).test(line))
        assert.equal(lines.length - kept.length, 2, 'its import, and its place among the APIs')
        writeFileSync(join(copy, composition), kept.join('\n'))
        const paths = await pathsServedBy(copy)
        assert.ok(paths.includes('/moas/api/auth/challenge'))
        assert.ok(!paths.some((path) => words.test(path)))
      } finally {
        rmSync(copy, { recursive: true, force: true })
      }
    })
  }
})

/** Every path that a server of this folder describes. */
async function pathsServedBy(folder: string): Promise<string[]> {
  const environment = { COUNTERSIGN_PORT: '0', COUNTERSIGN_DATA_DIR: join(folder, 'data') }
  const child = spawn(process.execPath, [join(folder, 'server/main.mjs')], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = new Promise((resolve) => child.on('exit', resolve))
  try {
    const baseUrl = await new Promise<string>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        output += chunk
        const found = /Base URL +(https?:\/\/\S+)/.exec(output)?.[1]
        if (found) resolve(found)
      }
      child.stdout.on('data', listen)
      child.stderr.on('data', listen)
      child.on('exit', () => reject(new Error(output)))
    })
    const { paths } = (await (await fetch(`${baseUrl}/openapi.json`)).json()) as { paths: object }
    return Object.keys(paths)
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

/** An import that the linter must refuse, by the file it stands in, and the sentence that says so. */
const walls: readonly (readonly [file: string, says: RegExp, imports: readonly string[]])[] = [
  ['server/vocabulary/bad.ts', /vocabulary\/ imports only itself/, ['../config.ts', 'node:crypto', 'fastify']],
  [
    'server/security/bad.ts',
    /security\/ is the toolbox below everything/,
    ['../vocabulary/user.ts', '../store/open.ts'],
  ],
  [
    'server/methods/bad.ts',
    /A method is pure/,
    ['../store/open.ts', '../engine/answer.ts', '../channels/smtp.ts', '../api/miniorange/words.ts', '../main.mjs'],
  ],
  [
    'server/tokens/bad.ts',
    /A token file is read and written purely/,
    ['../store/open.ts', '../engine/answer.ts', '../methods/index.ts', '../api/miniorange/words.ts', '../main.mjs'],
  ],
  [
    'server/methods/voice/bad.ts',
    /A method is pure/,
    ['../../store/open.ts', '../../engine/answer.ts', '../../voice/model.ts', '../../main.mjs'],
  ],
  [
    'server/voice/bad.ts',
    /What listens to voices/,
    ['../store/open.ts', '../engine/answer.ts', '../api/http.ts', '../channels/smtp.ts', '../main.mjs'],
  ],
  [
    'server/engine/bad.ts',
    /The engine knows the rules only/,
    [
      '../store/open.ts',
      '../channels/smtp.ts',
      '../api/http.ts',
      '../database.ts',
      '../main.mjs',
      'fastify',
      'kysely',
      'pg',
    ],
  ],
  [
    'server/store/bad.ts',
    /The store keeps state/,
    ['../engine/guard.ts', '../api/http.ts', '../methods/index.ts', '../channels/smtp.ts', 'fastify'],
  ],
  ['server/store/sqlite/bad.ts', /The store keeps state/, ['../../engine/guard.ts', '../../methods/index.ts']],
  [
    'server/checkpoints/bad.ts',
    /Checkpoints tell of the store/,
    ['../engine/guard.ts', '../api/http.ts', '../methods/index.ts', '../channels/smtp.ts', 'fastify', 'kysely'],
  ],
  [
    'server/channels/bad.ts',
    /A channel carries a message/,
    ['../store/open.ts', '../engine/guard.ts', '../api/http.ts', '../methods/index.ts', 'fastify', 'kysely'],
  ],
  [
    'server/api/miniorange/bad.ts',
    /An API translates/,
    ['../../store/open.ts', '../../channels/smtp.ts', '../../methods/index.ts', 'kysely', 'pg'],
  ],
  ...['centagate', 'device', 'inbox', 'inspector', 'links', 'receipts', 'reference'].map(
    (api) =>
      [
        `server/api/${api}/bad.ts`,
        /An API translates|One API never imports another/,
        ['../miniorange/words.ts', '../../store/open.ts', '../../channels/providers.ts'],
      ] as const,
  ),
  [
    'server/api/centagate/bad.ts',
    /An API translates/,
    ['../../store/open.ts', '../../channels/smtp.ts', '../../methods/index.ts', 'kysely', 'pg'],
  ],
]

describe('the walls of the linter', () => {
  let folder: string
  let found: readonly Diagnostic[]

  before(() => {
    // A repository of its own with our settings, so that a bad import never stands in the real one.
    folder = mkdtempSync(join(tmpdir(), 'countersign-walls-'))
    copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'))
    for (const [file, , imports] of walls) write(folder, file, imports)
    for (const { path } of sources) if (!walls.some(([file]) => file === path)) copy(folder, path)
    found = lint(folder)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [file, says, imports] of walls) {
    for (const [index, specifier] of imports.entries()) {
      for (const [kind, line] of [
        ['values', 2 * index + 1],
        ['types', 2 * index + 2],
      ] as const) {
        it(`keep ${kind} of ${specifier} out of ${dirname(file)}`, () => {
          const said = found.filter((one) => one.path === file && one.line === line).map(({ message }) => message)
          assert.equal(said.length, 1, `line ${line} of ${file} is refused`)
          assert.match(said[0] ?? '', says)
        })
      }
    }
  }

  it('let the server as it is through', () => {
    assert.deepEqual(
      found.filter(({ path }) => !walls.some(([file]) => file === path)),
      [],
    )
  })
})

function readSource(path: string): Source {
  const code = withoutComments(readFileSync(join(root, path), 'utf8'))
  const specifiers = [...code.matchAll(/(?<![\w/.])(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  )
  const isOurs = (specifier: string) => specifier.startsWith('.')
  const imports = specifiers
    .filter((specifier) => isOurs(specifier) && specifier.endsWith('.ts'))
    .map((specifier) => posix.join(posix.dirname(path), specifier))
  return { path, code, imports, packages: specifiers.filter((specifier) => !isOurs(specifier)) }
}

/** What a file imports of others, as `path name`; of a module that is loaded later everything, as `path *`. */
function takenBy(path: string, code: string): string[] {
  const at = (specifier = '') => posix.join(posix.dirname(path), specifier)
  const bare = (name: string) =>
    name
      .trim()
      .replace(/^type /, '')
      .replace(/ as .*/, '')
  const now = [...code.matchAll(/^(?:import|export) (?:type )?(?:\w+, )?\{([^}]*)\} from '(\.[^']*)'/gm)]
  const later = [...code.matchAll(/import\('(\.[^']*)'\)/g)]
  return [
    ...now.flatMap(([, names = '', specifier]) => names.split(',').map((name) => `${at(specifier)} ${bare(name)}`)),
    ...later.map(([, specifier]) => `${at(specifier)} *`),
  ]
}

/** Of whole lines and after code; `//` inside a text is left alone because no space stands before it. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/ .*$/gm, '')
}

/** A line that is one quoted text and nothing else, such as one of a sample for readers, does nothing. */
function withoutQuotedLines(code: string): string {
  return code.replaceAll(/^\s*('[^'\\$\n]*'|"[^"\\$\n]*"),?$/gm, '')
}

function pathsOf(list: readonly Source[]): string[] {
  return list.map(({ path }) => path)
}

/** Every cycle once, as the files in their order. */
function cycles(): string[] {
  const bySource = new Map(sources.map(({ path, imports }) => [path, imports]))
  const found = new Set<string>()
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) {
      const cycle = trail.slice(at)
      const least = cycle.indexOf([...cycle].sort()[0] ?? '')
      found.add([...cycle.slice(least), ...cycle.slice(0, least)].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const next of bySource.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return [...found]
}

interface Diagnostic {
  readonly path: string
  readonly line: number
  readonly message: string
}

function lint(folder: string): Diagnostic[] {
  const biome = join(root, 'node_modules/.bin/biome')
  const options = [
    'lint',
    '--vcs-enabled=false',
    '--only=style/noRestrictedImports',
    '--max-diagnostics=none',
    '--reporter=json',
  ]
  const { stdout, stderr } = spawnSync(biome, [...options, 'server'], { cwd: folder, encoding: 'utf8' })
  try {
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { message: string; location: { path: string; start: { line: number } } }[]
    }
    return diagnostics.map(({ message, location }) => ({ path: location.path, line: location.start.line, message }))
  } catch {
    throw new Error(`Biome did not answer in JSON:\n${stdout}${stderr}`)
  }
}

/** Each import twice: of values and of types. */
function write(folder: string, file: string, imports: readonly string[]): void {
  const lines = imports.flatMap((specifier, index) => [
    `import { one as value${index} } from '${specifier}'`,
    `import type { Two as Type${index} } from '${specifier}'`,
  ])
  const uses = imports.map((_, index) => `export const use${index}: Type${index} = value${index}`)
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), `${[...lines, ...uses].join('\n')}\n`)
}

function copy(folder: string, file: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  copyFileSync(join(root, file), join(folder, file))
}
