import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Loads code that uses the inside of a package, to which there is no door: from its source, built as packages are. */
export async function fromSource<Exports>(url: URL): Promise<Exports> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(url)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    write: false,
  })
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64')
  return (await import(`data:text/javascript;base64,${code}`)) as Exports
}
