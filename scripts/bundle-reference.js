// Bundles each program that the reference service's descriptor names, with what it imports, into dist/reference. A run
// starts these programs some two hundred times, and reading hundreds of small modules was most of what a start costs.
// What others wrote keeps its licence: all texts are put beside the bundles.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'dist', 'reference')
const descriptor = readFileSync(join(root, 'reference-service', 'seaworthy.yaml'), 'utf8')
const programs = [...new Set([...descriptor.matchAll(/dist\/reference\/([\w-]+)\.js/g)].map(([, name]) => name))]

rmSync(target, { recursive: true, force: true })
const bundle = await rolldown({
  input: Object.fromEntries(programs.map((name) => [name, join(root, 'dist', 'reference-service', `${name}.js`)])),
  platform: 'node',
  external: ['pg-native'], // optional, and not installed
  // The database client asks for a platform that is not ours by making one, which loads Node's fetch: a tenth of what a start costs.
  transform: { define: { Response: 'undefined' } },
})
const { output } = await bundle.write({ dir: target, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } } })
await bundle.close()

const packages = new Set()
for (const path of output.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []))) {
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
  if (name !== undefined) packages.add(path.slice(0, path.lastIndexOf(`/node_modules/${name}/`) + `/node_modules/${name}`.length))
}
const texts = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()}\n`
})
writeFileSync(join(target, 'THIRD-PARTY-LICENSES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`))
for (const name of programs) {
  if (!existsSync(join(target, `${name}.js`))) throw new Error(`${relative(root, target)}/${name}.js was not made`)
}
