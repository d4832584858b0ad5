import { fieldLines, indented, type Literals, literal, type Sample, singleQuoted } from './sample.ts'

export const node: Sample = {
  id: 'node',
  title: 'Node',
  run: (name) => `Save it as ${name}.mjs and run: node ${name}.mjs`,
  write({ url, body, signer }) {
    const sign = signer
      ? [
          "import { createHash } from 'node:crypto'",
          '',
          `const customerKey = ${singleQuoted(signer.customerKey)}`,
          `const apiKey = ${singleQuoted(signer.apiKey)}`,
          'const timestamp = String(Date.now())',
          "const authorization = createHash('sha512').update(customerKey + timestamp + apiKey).digest('hex')",
          '',
        ]
      : []
    const headers = signer
      ? ["'Customer-Key': customerKey,", 'Timestamp: timestamp,', 'Authorization: authorization,']
      : []
    const fields = fieldLines(body, (name, value, isKey) => {
      if (isKey && signer) return 'customerKey,'
      return `${name}: ${literal(value, literals)},`
    })
    return [
      ...sign,
      `const response = await fetch(${singleQuoted(url)}, {`,
      "  method: 'POST',",
      '  headers: {',
      indented(["'Content-Type': 'application/json',", ...headers], 4),
      '  },',
      '  body: JSON.stringify({',
      indented(fields, 4),
      '  }),',
      '})',
      'const answer = await response.json()',
      'console.log(JSON.stringify(answer, null, 2))',
    ].join('\n')
  },
}

const literals: Literals = {
  truths: ['true', 'false'],
  object: (pairs) => `{ ${pairs.map(([name, value]) => `${name}: ${value}`).join(', ')} }`,
}
