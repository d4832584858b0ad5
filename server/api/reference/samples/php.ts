import { fieldLines, indented, type Literals, literal, type Sample, singleQuoted } from './sample.ts'

export const php: Sample = {
  id: 'php',
  title: 'PHP',
  run: (name) => `Save it as ${name}.php and run: php ${name}.php`,
  write({ url, body, signer }) {
    const sign = signer
      ? [
          `$customerKey = ${singleQuoted(signer.customerKey)};`,
          `$apiKey = ${singleQuoted(signer.apiKey)};`,
          "$timestamp = number_format(microtime(true) * 1000, 0, '', '');",
          "$authorization = hash('sha512', $customerKey . $timestamp . $apiKey);",
          '',
        ]
      : []
    const headers = signer
      ? ['"Customer-Key: $customerKey",', '"Timestamp: $timestamp",', '"Authorization: $authorization",']
      : []
    const fields = fieldLines(body, (name, value, isKey) => {
      if (isKey && signer) return "'customerKey' => $customerKey,"
      return `'${name}' => ${literal(value, literals)},`
    })
    return [
      '<?php',
      ...sign,
      `$curl = curl_init(${singleQuoted(url)});`,
      'curl_setopt_array($curl, [',
      '    CURLOPT_RETURNTRANSFER => true,',
      '    CURLOPT_HTTPHEADER => [',
      indented(["'Content-Type: application/json',", ...headers], 8),
      '    ],',
      '    CURLOPT_POSTFIELDS => json_encode([',
      indented(fields, 8),
      '    ]),',
      ']);',
      '$text = curl_exec($curl);',
      'if ($text === false) {',
      '    exit(curl_error($curl));',
      '}',
      '$answer = json_decode($text, true);',
      'echo json_encode($answer, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES), PHP_EOL;',
    ].join('\n')
  },
}

const literals: Literals = {
  truths: ['true', 'false'],
  object: (pairs) => `[${pairs.map(([name, value]) => `'${name}' => ${value}`).join(', ')}]`,
}
