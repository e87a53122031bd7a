// Bundles each program that the reference service's descriptor names, with what it imports, into dist/reference. A run
// starts these programs some two hundred times, and reading hundreds of small modules was most of what a start costs.
// What others wrote keeps its licence: all texts are put beside the bundles.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'dist', 'reference')
const descriptor = readFileSync(join(root, 'reference-service', 'seaworthy.yaml'), 'utf8')
const programs = [...new Set([...descriptor.matchAll(/dist\/reference\/([\w-]+)\.js/g)].map(([, name]) => name))]

/** A program that is smaller costs less to compile than to look up. */
const cachedFromBytes = 100_000
const folder = join(root, 'dist', 'reference-service')

/** One file, in CommonJS: of that, V8 can keep what it compiled (`reference-service/code-cache.ts`), and Node starts it faster. */
async function bundled(name) {
  const bundle = await rolldown({
    input: join(folder, `${name}.js`),
    platform: 'node',
    external: ['pg-native'], // optional, and not installed
    // The database client asks for a platform that is not ours by making one, which loads Node's fetch: a tenth of what a start costs.
    transform: { define: { Response: 'undefined' } },
  })
  const minify = { compress: true, mangle: false, codegen: { removeWhitespace: true } }
  const { output } = await bundle.generate({ format: 'cjs', codeSplitting: false, minify })
  await bundle.close()
  if (output.length !== 1) throw new Error(`${name} was bundled into ${output.length} files, expected 1`)
  return output[0]
}

// ASCII is read the fastest, and the same in every encoding.
const inAscii = (code) => code.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

function put(name, code) {
  if (code.length < cachedFromBytes) return writeFileSync(join(target, `${name}.js`), code)
  const file = `${name}-${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`
  writeFileSync(join(target, file), code)
  writeFileSync(join(target, `${name}.js`), `require("./code-cache.js").runProgram(require("node:path").join(__dirname,"${file}"))\n`)
}

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
writeFileSync(join(target, 'package.json'), '{"type":"commonjs"}\n')
const modules = new Set()
for (const name of [...programs, 'code-cache']) {
  const { code, moduleIds } = await bundled(name)
  for (const id of moduleIds) modules.add(id)
  put(name, inAscii(code))
}

const packages = new Set()
for (const path of modules) {
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
