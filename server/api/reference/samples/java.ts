import { indented, type Sample } from './sample.ts'

/** Java 17 or newer, which runs a single source file as it is. */
export const java: Sample = {
  id: 'java',
  title: 'Java',
  run: (name) => `Save it as ${className(name)}.java and run: java ${className(name)}.java`,
  write({ name, url, body, signer }) {
    const sign = signer
      ? [
          `String customerKey = ${quoted(signer.customerKey)};`,
          `String apiKey = ${quoted(signer.apiKey)};`,
          'String timestamp = String.valueOf(System.currentTimeMillis());',
          'byte[] hash = MessageDigest.getInstance("SHA-512")',
          '    .digest((customerKey + timestamp + apiKey).getBytes(StandardCharsets.UTF_8));',
          'String authorization = HexFormat.of().formatHex(hash);',
          '',
        ]
      : []
    const headers = signer
      ? [
          '    .header("Customer-Key", customerKey)',
          '    .header("Timestamp", timestamp)',
          '    .header("Authorization", authorization)',
        ]
      : []
    const main = [
      ...sign,
      'String body = """',
      ...textBlock(JSON.stringify(body, null, 2)).map((line) => `    ${line}`),
      '    """;',
      `HttpRequest request = HttpRequest.newBuilder(URI.create(${quoted(url)}))`,
      '    .header("Content-Type", "application/json")',
      ...headers,
      '    .POST(HttpRequest.BodyPublishers.ofString(body))',
      '    .build();',
      'HttpResponse<String> response =',
      '    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());',
      'System.out.println(response.body());',
    ]
    return [
      ...imports(signer !== null),
      '',
      `public class ${className(name)} {`,
      '    public static void main(String[] arguments) throws Exception {',
      indented(main, 8),
      '    }',
      '}',
    ].join('\n')
  },
}

function imports(isSigned: boolean): string[] {
  const http = ['java.net.URI', 'java.net.http.HttpClient', 'java.net.http.HttpRequest', 'java.net.http.HttpResponse']
  const hash = ['java.nio.charset.StandardCharsets', 'java.security.MessageDigest', 'java.util.HexFormat']
  return [...http, ...(isSigned ? hash : [])].map((name) => `import ${name};`)
}

/** `users-create` as `UsersCreate`. */
function className(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The escapes of JSON are also those of Java. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

function textBlock(text: string): string[] {
  return text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"""').split('\n')
}
