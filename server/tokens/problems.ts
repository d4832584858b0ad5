/** Why a token of a file cannot be taken. */
export const rowProblems = {
  'no-serial': 'There is no serial number.',
  'bad-serial': 'The serial number must have 1–64 letters, digits, dots, dashes, colons or underscores.',
  'bad-secret': 'The secret is neither hexadecimal nor base32.',
  'short-secret': 'The secret is shorter than 80 bits.',
  'long-secret': 'The secret is longer than 128 bytes.',
  'bad-type': 'The type must be TOTP or HOTP.',
  'bad-digits': 'The codes must have 6 or 8 decimal digits, without a check digit.',
  'bad-algorithm': 'The algorithm must be SHA1, SHA256 or SHA512.',
  'bad-counter': 'The counter must be a number from 0 to 999999999999.',
  'bad-period': 'The period must be 30 or 60 seconds.',
  'bad-columns': 'There are too few columns, or a quotation mark is not closed.',
  'bad-public-id': 'The public identity must be 1–16 bytes in modhex.',
  'bad-private-id': 'The private identity must be six bytes in hexadecimal.',
  'bad-key': 'The key must have 128 bits in hexadecimal.',
  'has-prefix': 'This key types an identity before its codes. Program it without one.',
  'other-mode': 'Only the modes Yubico OTP and OATH-HOTP can be taken.',
  'no-mac': 'The encrypted value has no MAC that protects it.',
  'bad-mac': 'The MAC is wrong: the file was changed, or this is another key or password.',
  'bad-cipher': 'The value is encrypted in a way that is not known. AES in CBC mode is.',
  exists: 'There is a token of this serial number or public identity already.',
} as const satisfies Record<string, string>

/** Why a whole file cannot be read. */
export const fileProblems = {
  'too-large': 'The file is too large: at most 16 MiB and 5000 tokens at a time.',
  empty: 'The file holds no token.',
  'bad-xml': 'The file is not well-formed XML, or uses more of XML than PSKC needs.',
  'xml-doctype': 'The file declares a document type or entities, which PSKC does not need. It is refused.',
  'xml-too-deep': 'The XML of the file is nested too deep, or has too many elements or attributes.',
  'not-pskc': 'The file is not PSKC (RFC 6030): a KeyContainer is missing.',
  'needs-key': 'The file is encrypted. Give the pre-shared key.',
  'needs-password': 'The file is encrypted. Give the password.',
  'bad-key-length': 'The key has another length than the encryption of the file needs.',
  'wrong-key': 'The key or password does not open this file.',
  'bad-encryption': 'The file is encrypted in a way that is not known. A pre-shared key or PBKDF2 is, with AES-CBC.',
  'too-many-iterations': 'The password of this file would take too long: more than 2000000 iterations.',
} as const satisfies Record<string, string>

export type RowProblem = keyof typeof rowProblems
export type FileProblem = keyof typeof fileProblems
