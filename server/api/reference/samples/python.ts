import { fieldLines, indented, type Literals, literal, type Sample, singleQuoted } from './sample.ts'

export const python: Sample = {
  id: 'python',
  title: 'Python',
  run: (name) => `Save it as ${name}.py and run: python3 ${name}.py`,
  write({ url, body, signer }) {
    const imports = signer
      ? ['import hashlib', 'import json', 'import time', 'import urllib.request', '']
      : ['import json', 'import urllib.request', '']
    const sign = signer
      ? [
          `customer_key = ${singleQuoted(signer.customerKey)}`,
          `api_key = ${singleQuoted(signer.apiKey)}`,
          'timestamp = str(int(time.time() * 1000))',
          'authorization = hashlib.sha512((customer_key + timestamp + api_key).encode()).hexdigest()',
          '',
        ]
      : []
    const headers = signer
      ? ["'Customer-Key': customer_key,", "'Timestamp': timestamp,", "'Authorization': authorization,"]
      : []
    const fields = fieldLines(body, (name, value, isKey) => {
      return `'${name}': ${isKey && signer ? 'customer_key' : literal(value, literals)},`
    })
    return [
      ...imports,
      ...sign,
      'body = {',
      indented(fields, 4),
      '}',
      'request = urllib.request.Request(',
      `    ${singleQuoted(url)},`,
      '    data=json.dumps(body).encode(),',
      '    headers={',
      indented(["'Content-Type': 'application/json',", ...headers], 8),
      '    },',
      ')',
      'with urllib.request.urlopen(request) as response:',
      '    print(json.dumps(json.load(response), indent=2))',
    ].join('\n')
  },
}

const literals: Literals = {
  truths: ['True', 'False'],
  object: (pairs) => `{${pairs.map(([name, value]) => `'${name}': ${value}`).join(', ')}}`,
}
