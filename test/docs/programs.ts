import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '../../tools/workspace.mjs'
import { run } from '../packed/run.ts'
import { documents } from './documents.ts'
import type { Block } from './markdown.ts'

const here = import.meta.dirname
const workFolder = join(here, '.work')

/** A code block of ours as a module on disk, and what the page says it prints. */
export interface Program {
  title: string
  file: string
  isRun: boolean
  output: string | undefined
  /** Turns a line of the module into the place on the page where it is written. */
  placeOf(line: number): string
}

/** Writes every TypeScript and JavaScript block of the documentation as a module, each after its fixture. */
export function writePrograms(): Program[] {
  rmSync(workFolder, { recursive: true, force: true })
  mkdirSync(workFolder, { recursive: true })
  return documents().flatMap(({ path, blocks }) =>
    blocks.flatMap((block, index) => {
      if (!/^(ts|typescript|js|javascript)$/.test(block.language)) return []
      const extension = block.language.startsWith('t') ? 'ts' : 'js'
      const file = join(workFolder, `${path.replaceAll(/[^a-z0-9]+/gi, '-')}-${block.line}.${extension}`)
      const before = contextOf(block)
      writeFileSync(file, `${before}${block.code}\nexport {}\n`)
      const next = blocks[index + 1]
      return {
        title: `${path}:${block.line}`,
        file,
        isRun: block.marks.includes('run'),
        output: next?.marks.includes('output') ? next.code : undefined,
        placeOf: (line: number) => `${path}:${block.line + line - before.split('\n').length}`,
      }
    }),
  )
}

/** Type-checks all the programs at once, and returns what the compiler says about each. */
export function typeCheck(programs: readonly Program[]): Map<Program, string[]> {
  const options = { noEmit: true, composite: false, emitDeclarationOnly: false, allowJs: true, checkJs: true }
  const project = {
    extends: '../../../tsconfig.json',
    compilerOptions: options,
    files: programs.map(({ file }) => file),
    references: [],
  }
  writeFileSync(join(workFolder, 'tsconfig.json'), JSON.stringify(project))

  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout, status } = run(process.execPath, [compiler, '-p', '.', '--pretty', 'false'], workFolder)
  const said = new Map(programs.map((program) => [program, [] as string[]]))
  let faults = 0
  for (const [, file = '', line = '', fault] of stdout.matchAll(/^(\S+)\((\d+),\d+\): error (.*(?:\n .*)*)/gm)) {
    const program = programs.find((each) => basename(each.file) === basename(file))
    if (program === undefined) continue
    faults += 1
    said.get(program)?.push(`${program.placeOf(Number(line))} ${fault}`)
  }
  if (status !== 0 && faults === 0) throw new Error(`The compiler could not check the examples:\n${stdout}`)
  return said
}

function contextOf({ context }: Block): string {
  return context === undefined ? '' : `${readFileSync(join(here, 'fixtures', context), 'utf8').trimEnd()}\n`
}
