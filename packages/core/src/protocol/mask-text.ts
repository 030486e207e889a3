// Every repetition that may begin anywhere is bounded: without that, a long text of letters would take minutes.
const credentials: readonly (readonly [RegExp, string])[] = [
  // In addresses: with a password, in which anything may stand, and with a name alone.
  [/(?<=:\/\/)[^\s/@:]{0,255}:[^\s@]{0,511}@(?:[^\s@/]{0,511}@)*/g, '***@'],
  [/(?<=:\/\/)[^\s/@:*]{1,255}@/g, '***@'],
  [/\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,4096}/gi, '$1 ***'],
  // Lines of HTTP that hold nothing else.
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?[ \t]{0,8}[=:][ \t]{0,8})(?![ \t]{0,8}["']?(?:\w{1,16} )?\*\*\*)[^\r\n]{1,4096}/gi,
    '$1$2***',
  ],
  [/\b(?:sk|pk|rk|ghp|gho|xox[abprs])[-_][a-z0-9_-]{12,512}/gi, '***'],
  // JSON Web Tokens, and keys as PEM has them.
  [/\beyJ[\w-]{8,4096}\.[\w-]{2,8192}\.[\w-]{0,1024}/g, '***'],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,16384}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, '***'],
  [
    /(password|passwd|pwd|secret|(?:api|access)[-_]?key|token|[?&]sig)(["']?\s{0,8}[=:]\s{0,8})("[^"]{0,4096}"|'[^']{0,4096}'|[^\s,;&]{1,4096})/gi,
    '$1$2***',
  ],
]

/** A longer text is cut: nobody reads it, and to search it takes its time. */
const longest = 32_768

/** A text without the credentials in it: those of addresses, of authorization headers, provider keys, `password=…`. */
export function maskText(text: string): string {
  let result = text.length <= longest ? text : `${text.slice(0, longest)}…`
  for (const [pattern, instead] of credentials) result = result.replace(pattern, instead)
  return result
}
