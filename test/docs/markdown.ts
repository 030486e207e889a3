/** One fenced code block: `line` is that of its first line of code, `context` the fixture that a comment puts before it. */
export interface Block {
  language: string
  marks: readonly string[]
  code: string
  line: number
  context?: string
}

/** One link and the line it is on. */
export interface Link {
  target: string
  line: number
}

/** What a page says in code, where it points, and where it can be pointed at. */
export interface Page {
  blocks: Block[]
  links: Link[]
  anchors: string[]
}

/** Reads Markdown as far as it matters here: fenced code, headings, and links outside of code. */
export function readMarkdown(text: string): Page {
  const page: Page = { blocks: [], links: [], anchors: [] }
  const lines = text.split('\n')
  let context: string | undefined
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const fence = /^(\s*)(`{3,})(.*)$/.exec(line)
    if (fence) {
      const [, indent = '', ticks = '', info = ''] = fence
      const end = lines.findIndex((each, at) => at > index && each.trimEnd() === indent + ticks)
      if (end < 0) throw new Error(`The code block that begins at line ${index + 1} has no end`)
      const code = lines.slice(index + 1, end).map((each) => each.slice(indent.length))
      const [language = '', ...marks] = info.trim().split(/\s+/)
      page.blocks.push({ language, marks, code: code.join('\n'), line: index + 2, ...(context && { context }) })
      context = undefined
      index = end
      continue
    }
    context = /^<!-- with: (\S+) -->$/.exec(line.trim())?.[1] ?? (line.trim() === '' ? context : undefined)
    const heading = /^#{1,6}\s+(.*)$/.exec(line)
    if (heading) page.anchors.push(anchorOf(heading[1] ?? ''))
    const spoken = line.replaceAll(/`[^`]*`/g, '')
    for (const [, target = ''] of spoken.matchAll(/\]\(([^)\s]+)[^)]*\)/g)) page.links.push({ target, line: index + 1 })
  }
  return page
}

// The anchors that code hosts give to headings.
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
}
